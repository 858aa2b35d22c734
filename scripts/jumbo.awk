# Sorts C++ files into groups that can be compiled as one: at most `most` in each, and no two that
# give one name to different things in their unnamed namespaces, as far as a look at lines that are
# not indented tells. Reads names of files, and prints each with the number of its group.

# The name that a line of an unnamed namespace declares, or nothing.
function declared(line) {
  if (line !~ /^[A-Za-z]/ || line ~ /^[A-Z_]+\(/) return ""
  if (line ~ /^(struct|class|enum class|union) /) {
    sub(/^(enum )?[a-z]+ /, "", line)
  } else if (line ~ /^using [A-Za-z_]+ =/) {
    sub(/^using /, "", line)
  } else if (line ~ /^(using|template|namespace)/ || line !~ /[({=;]/) {
    return ""
  } else {
    sub(/(\[[^]]*\])? *[({=;].*/, "", line)
    sub(/.*[^A-Za-z0-9_]/, "", line)
  }
  sub(/[^A-Za-z0-9_].*/, "", line)
  return line
}

{
  file = $0
  delete names
  unnamed = 0
  while ((getline line < file) > 0) {
    if (line == "namespace {") unnamed = 1
    if (line ~ /^}  \/\/ namespace/) unnamed = 0
    if (unnamed && (name = declared(line)) != "") names[name] = 1
  }
  close(file)
  for (g = 1; g <= groups; ++g) {
    fits = size[g] < most
    for (name in names) fits = fits && !((g, name) in taken)
    if (fits) break
  }
  if (g > groups) groups = g
  ++size[g]
  for (name in names) taken[g, name] = 1
  print g, file
}
