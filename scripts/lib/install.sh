# SPDX-License-Identifier: BSD-3-Clause
# install: the packages of Debian 12 that building, testing and the demo need, and how the tree is built. To be sourced.
#
#   install_packages            installs what is missing, and only then uses the network
#   fetch_guest_kernel DIR      puts the kernel of the emulated mobile node there; installs nothing
#   build_tree DIR [MESON...]   configures DIR (or reconfigures it) and builds; the log is shown only on failure.
#                               TARGETS, when set, names what to build of it

PACKAGES=(
	build-essential clang clang-format git meson ninja-build pkg-config shellcheck
	libdpdk-dev libbpf-dev libmnl-dev libjansson-dev libssl-dev libcunit1-dev libsystemd-dev scdoc
	tshark tcpdump python3 python3-scapy python3-jsonschema nftables
	iproute2 iputils-ping ethtool procps strace
)
# For the test whose mobile node is a Linux kernel of its own.
GUEST_PACKAGES=(qemu-system-x86 busybox-static)
GUEST_KERNEL=linux-image-cloud-amd64 # its kernel knows Mobile IPv6, and is the smallest

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

# An installed kernel would be what this machine starts next time: it is only unpacked, and of it only what the guest loads.
fetch_guest_kernel() {
	local dir=$1 log
	if compgen -G "$dir/vmlinuz-*" >/dev/null && [[ -z $(guest_modules_missing "$dir") ]]; then
		return 0
	fi
	echo "guest kernel: fetching $GUEST_KERNEL"
	log=$(mktemp)
	if unpack_guest_kernel "$dir" >"$log" 2>&1 ||
		{ apt-get -o DPkg::Lock::Timeout=120 update && unpack_guest_kernel "$dir"; } >"$log" 2>&1; then
		rm -f "$log"
		return 0
	fi
	echo "guest kernel: not to be had; the end of the log:" >&2
	tail -n 10 "$log" >&2
	rm -f "$log"
	return 1
}

# The metapackage names the package that has the files; it is another one after each security update. A kernel of another
# version that is there goes with its modules.
unpack_guest_kernel() (
	dir=$1
	name=$(apt-cache depends "$GUEST_KERNEL" | sed -n 's/.*Depends: \(linux-image-\)/\1/p')
	temp=$(mktemp -d)
	trap 'rm -rf "$temp"' EXIT
	[[ -n $name ]] && (cd "$temp" && apt-get download "$name") || exit
	dpkg-deb --fsys-tarfile "$temp/$name"_*.deb |
		tar -x -C "$temp" --wildcards './boot/vmlinuz-*' '*.ko' || exit
	rm -rf "$dir" && mkdir -p "$dir"
	for module in $(guest_modules_missing "$dir"); do
		cp "$(find "$temp/lib" -name "$module.ko")" "$dir/" || exit
	done
	cp "$temp"/boot/vmlinuz-* "$dir/"
)

guest_modules_missing() {
	local module
	while read -r module; do
		[[ -e $1/$module.ko ]] || echo "$module"
	done <"$(dirname "${BASH_SOURCE[0]}")/../../tests/linux_node/modules"
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
