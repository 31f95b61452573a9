# SPDX-License-Identifier: BSD-3-Clause
# install: the packages of Debian 12 that building, testing and the demo need, and how the tree is built. To be sourced.
#
#   install_packages            installs what is missing, and only then uses the network
#   build_tree DIR [MESON...]   configures DIR (or reconfigures it) and builds; the log is shown only on failure.
#                               TARGETS, when set, names what to build of it

PACKAGES=(
	build-essential clang clang-format git meson ninja-build pkg-config shellcheck
	libdpdk-dev libbpf-dev libmnl-dev libjansson-dev libssl-dev libcunit1-dev libsystemd-dev scdoc
	tshark tcpdump python3 python3-scapy python3-jsonschema
	iproute2 iputils-ping ethtool procps strace
)

packages_missing() {
	local package
	for package in "${PACKAGES[@]}"; do
		dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed ||
			printf '%s\n' "$package"
	done
}

# Several scripts may start together; apt has one lock, and waits for it here.
install_packages() {
	local missing log
	mapfile -t missing < <(packages_missing)
	if ((${#missing[@]} == 0)); then
		echo "packages: all ${#PACKAGES[@]} are installed"
		return 0
	fi
	if ((EUID != 0)); then
		echo "packages: missing ${missing[*]}; install them as root: apt-get install ${missing[*]}" >&2
		return 1
	fi
	echo "packages: installing ${missing[*]}"
	log=$(mktemp)
	if apt-get -o DPkg::Lock::Timeout=120 update >"$log" 2>&1 &&
		DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 install -y \
			--no-install-recommends "${missing[@]}" >>"$log" 2>&1; then
		rm -f "$log"
		return 0
	fi
	echo "packages: installation failed; the end of its log:" >&2
	tail -n 20 "$log" >&2
	rm -f "$log"
	return 1
}

# A build directory that is there keeps its options; those given here are set in it.
build_tree() {
	local dir=$1 root log how=setup
	local -a again=()
	shift
	root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
	[[ $dir == /* ]] || dir=$root/$dir
	if [[ -f $dir/build.ninja ]]; then
		how=configured
		(($# == 0)) || again=(--reconfigure)
	fi
	echo "build: ${dir#"$root"/}"
	log=$(mktemp)
	if { [[ $how == configured && ${#again[@]} == 0 ]] ||
		meson setup "${again[@]}" "$@" "$dir" "$root" >"$log" 2>&1; } &&
		ninja -C "$dir" ${TARGETS:-} >>"$log" 2>&1; then
		rm -f "$log"
		return 0
	fi
	echo "build: failed; the end of its log:" >&2
	tail -n 60 "$log" >&2
	rm -f "$log"
	return 1
}
