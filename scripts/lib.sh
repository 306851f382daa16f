# shellcheck shell=bash
# What scripts/play and scripts/test share: which packages are missing, how to get them, and a
# Rust that is new enough. Sourced; sets nothing but functions and `root`, the repository.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# The script that sourced this, for its messages.
name=scripts/$(basename "$0")

say() { printf '%s: %s\n' "$name" "$*" >&2; }

# Ends with status 3, the program's own for "the engine could not be had".
give_up() {
    say "$*"
    exit 3
}

have() { command -v "$1" >/dev/null 2>&1; }

is_debian() { have apt-get && have dpkg; }

# PipeWire serves this user, so it is what JACK programs should talk to.
pipewire_runs() {
    [ -S "${PIPEWIRE_RUNTIME_DIR:-${XDG_RUNTIME_DIR:-/run/user/$(id -u)}}/pipewire-0" ]
}

# The Debian packages that are missing for the sound: engine and JACK, one a line.
missing_for_sound() {
    have supernova || echo supercollider-supernova
    if pipewire_runs; then
        have pw-jack || echo pipewire-jack
    else
        have jackd || echo jackd2
    fi
}

# Where Debian's sonic-pi-samples are: oiduna looks there by itself.
samples=/usr/share/sonic-pi/samples

# The package of loops and drums (CC0, 22 MB), if it is missing and apt has it.
missing_for_samples() {
    [ ! -d "$samples" ] && apt-cache show sonic-pi-samples >/dev/null 2>&1 && echo sonic-pi-samples
}

# The Debian packages that are missing for the build, one a line.
missing_for_build() {
    have cc || printf '%s\n' gcc libc6-dev
    if have pkg-config; then
        pkg-config --exists alsa || echo libasound2-dev
    else
        printf '%s\n' pkg-config libasound2-dev
    fi
}

# As root: directly, or by sudo, which may ask for the password.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif have sudo; then
        sudo "$@"
    else
        return 1
    fi
}

apt_install() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q \
        --no-install-recommends -o DPkg::Lock::Timeout=120 "$@" >&2
}

# get_packages PACKAGE...: by apt, without a question. Fails when that is not possible, and says what to do.
get_packages() {
    say "installing: $*"
    if [ "$(id -u)" != 0 ] && ! have sudo; then
        say "neither root nor sudo; as root, run: apt-get install $*"
        return 1
    fi
    # jackd2, which SuperCollider brings along, asks whether it may raise the limits of the group
    # audio; "no" is its default.
    if ! have jackd && have debconf-set-selections; then
        echo "jackd2 jackd/tweak_rt_limits boolean false" | as_root debconf-set-selections
    fi
    # The lists are fetched when there are none, or when they are too old for the mirror.
    if ! compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null || ! apt_install "$@"; then
        as_root apt-get update -q >&2
        apt_install "$@" && return
        say "apt-get could not install: $*"
        return 1
    fi
}

# What to install where there is no apt.
other_systems() {
    cat >&2 <<'END'
  Fedora:  sudo dnf install supercollider pipewire-jack-audio-connection-kit alsa-lib-devel pkgconf gcc
  Arch:    sudo pacman -S supercollider pipewire-jack alsa-lib pkgconf gcc
  macOS:   xcode-select --install; brew install --cask supercollider
END
}

# A Rust that is new enough for Cargo.toml's `rust-version`, or the way to one.
need_rust() {
    have cargo || PATH=$PATH:$HOME/.cargo/bin
    local needed has
    needed=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$root/Cargo.toml")
    if ! has=$(cd "$root" && cargo --version 2>/dev/null); then
        give_up "no Rust found. Get it from https://rustup.rs:
  curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh
then open a new terminal and start $name again"
    fi
    has=${has#cargo }
    has=${has%%[ -]*}
    if [ "$(printf '%s\n' "$needed" "$has" | sort -V | head -n 1)" != "$needed" ]; then
        give_up "Rust $needed or newer is needed, this is $has: run 'rustup update stable', or get it from https://rustup.rs"
    fi
}
