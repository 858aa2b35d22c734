# shellcheck shell=bash
# What the scripts share: installing what is missing, building a preset, phases. To be sourced.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
jobs=${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}

note() { printf '%s\n' "$*" >&2; }

# 70 as irqloom's internal errors: a script that fails before irqloom ran is not a verdict.
die() {
  note "$@"
  exit 70
}

# packages GROUP...: the names of these groups in scripts/packages, one a line.
packages() {
  awk -v groups=" $* " '$1 !~ /^#/ && index(groups, " " $2 " ") { print $1 }' "$root/scripts/packages"
}

# missing PACKAGE...: those that are not installed.
missing() {
  local installed package
  installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null) || true
  for package in "$@"; do
    grep -qxF -- "$package installed" <<<"$installed" || printf '%s\n' "$package"
  done
}

# need GROUP...: installs what these groups lack. Without apt it says what has to be there and goes
# on: the build names what it does not find.
need() {
  local wanted lacking log as_root=()
  mapfile -t wanted < <(packages "$@")
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    note "This is not a Debian system: nothing is installed; needed are ${wanted[*]}"
    return
  fi
  mapfile -t lacking < <(missing "${wanted[@]}")
  [ ${#lacking[@]} -gt 0 ] || return 0
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null ||
      die "Packages are missing and there is no sudo; as root: apt-get install ${lacking[*]}"
    as_root=(sudo)
  fi
  note "installing ${lacking[*]}"
  log=$({
    "${as_root[@]}" apt-get update -qq &&
      "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
        --no-install-recommends -o DPkg::Lock::Timeout=300 "${lacking[@]}"
  } 2>&1 </dev/null) || die "$log" $'\n'"apt-get could not install ${lacking[*]}"
}

# build PRESET TARGET...: configures build/PRESET if need be and builds there. A terminal sees the
# progress; otherwise the log is shown only if something failed.
build() {
  local preset=$1 log=$root/build/$1/build.log
  shift
  mkdir -p "$root/build/$preset"
  if [ -t 2 ]; then
    build_loudly "$preset" "$@" >&2 || die "The build in build/$preset failed"
  elif ! build_loudly "$preset" "$@" >"$log" 2>&1; then
    tail -n 80 "$log" >&2
    die "The build in build/$preset failed (all of it: build/$preset/build.log)"
  fi
}

build_loudly() {
  local preset=$1
  shift
  if [ ! -e "$root/build/$preset/build.ninja" ]; then
    (cd "$root" && cmake --preset "$preset") || return
  fi
  cmake --build "$root/build/$preset" -j "$jobs" --target "$@"
}

summary=()
all_ok=yes

# phase NAME COMMAND...: runs it, keeps its time and whether it passed. With decides=no its failure is
# reported only.
decides=yes
phase() {
  local name=$1 start=$SECONDS result=ok
  shift
  printf '== %s\n' "$name"
  "$@" || result=FAILED
  [ $result = ok ] || [ $decides = no ] || all_ok=no
  summary+=("$(printf '%-8s %5d s  %s' "$name" $((SECONDS - start)) "$result")")
}

# The times of all phases. Fails if one did.
phases() {
  printf '== times\n'
  printf '%s\n' "${summary[@]}"
  [ $all_ok = yes ]
}
