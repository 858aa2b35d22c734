// How a register bank answers a TLM-2.0 initiator: checks the payload, and turns it into one
// access.
#pragma once

#include <cstdint>
#include <tlm>

namespace irqloom {

/// Serves a naturally aligned little-endian access of 1, 2, 4 or 8 bytes. `read(address, size)` is
/// an optional value, `write(address, size, value)` a bool; without a value, or false, there is no
/// register of that size, which the initiator is told as an address error. Takes no time and never
/// waits. Responses as IEEE 1666-2011, 14.17, has them.
template <class Read, class Write>
void serve(tlm::tlm_generic_payload& payload, Read&& read, Write&& write) {
  const unsigned size = payload.get_data_length();
  const std::uint64_t address = payload.get_address();
  unsigned char* data = payload.get_data_ptr();
  const auto answer = [&](tlm::tlm_response_status status) { payload.set_response_status(status); };

  if (payload.is_read() == payload.is_write()) return answer(tlm::TLM_COMMAND_ERROR_RESPONSE);
  if (payload.get_byte_enable_ptr() != nullptr) return answer(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
  if (payload.get_streaming_width() < size) return answer(tlm::TLM_BURST_ERROR_RESPONSE);
  const bool is_word = size == 1 || size == 2 || size == 4 || size == 8;
  if (!is_word || address % size != 0) return answer(tlm::TLM_ADDRESS_ERROR_RESPONSE);

  std::uint64_t value = 0;
  if (payload.is_write()) {
    for (unsigned i = size; i-- > 0;)
      value = value << 8 | data[i];
    return answer(write(address, size, value) ? tlm::TLM_OK_RESPONSE
                                              : tlm::TLM_ADDRESS_ERROR_RESPONSE);
  }
  const auto found = read(address, size);
  if (!found) return answer(tlm::TLM_ADDRESS_ERROR_RESPONSE);
  value = *found;
  for (unsigned i = 0; i < size; ++i)
    data[i] = static_cast<unsigned char>(value >> (8 * i));
  answer(tlm::TLM_OK_RESPONSE);
}

}  // namespace irqloom
