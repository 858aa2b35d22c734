#include "sim/app/conform/rig.h"

namespace irqloom::app::conform {

void Rig::seal() {
  timed::elaborate();
  fabric_.seal();
  world_ = fabric_.initial();
  exec_.emplace(fabric_, world_);
  fabric_.attach(&*exec_);
}

void Rig::reset() {
  world_.load(fabric_.initial().bytes());
  world_.clear_written();
}

std::string Rig::impossible_flag() {
  std::string found;
  for (const SlotIndex index : world_.written()) {
    const SlotInfo& slot = fabric_.layout().slots()[index];
    for (const Field& f : slot.fields) {
      for (std::size_t i = 0; f.kind == FieldKind::flag && i < f.count; ++i) {
        const std::uint64_t value = read_field(f, world_.bytes(slot), i);
        if (value > 1) {
          found = slot.name + '.' + std::string(f.name) + " is " + std::to_string(value);
        }
      }
    }
  }
  world_.clear_written();
  return found;
}

bool BusMaster::transport(tlm::tlm_command command, std::uint64_t address, unsigned size,
                          unsigned char* data) {
  tlm::tlm_generic_payload payload;
  payload.set_command(command);
  payload.set_address(address);
  payload.set_data_ptr(data);
  payload.set_data_length(size);
  payload.set_streaming_width(size);
  sc_core::sc_time delay;
  socket->b_transport(payload, delay);
  return payload.is_response_ok();
}

std::optional<std::uint64_t> BusMaster::read(std::uint64_t address, unsigned size) {
  unsigned char data[8] = {};
  if (!transport(tlm::TLM_READ_COMMAND, address, size, data)) return std::nullopt;
  std::uint64_t value = 0;
  for (unsigned i = 8; i-- > 0;)
    value = value << 8 | data[i];
  return value;
}

bool BusMaster::write(std::uint64_t address, unsigned size, std::uint64_t value) {
  unsigned char data[8];
  for (unsigned i = 0; i < 8; ++i)
    data[i] = static_cast<unsigned char>(value >> (8 * i));
  return transport(tlm::TLM_WRITE_COMMAND, address, size, data);
}

}  // namespace irqloom::app::conform
