# deps.sh - installs the packages of tools/deps.txt; sourced by ./run and ./check, which stand in the top folder (POSIX sh).
# When all are there nothing is asked of the network. During an installation no package may start its daemon:
# /usr/sbin/policy-rc.d answers 101, and whatever stood there before is put back, also after an interruption.
# LUYTRE_SKIP_DEPS=1 leaves the machine as it is (for systems other than Debian).

deps_policy=/usr/sbin/policy-rc.d
deps_policy_kept=/usr/sbin/policy-rc.d.luytre-kept
deps_policy_ours=no

deps_list() { # GROUP... -> packages, one a line
    for deps_group in "$@"; do
        sed -n "s/^$deps_group[[:space:]][[:space:]]*\\([^[:space:]#]*\\).*/\\1/p" tools/deps.txt
    done
}

deps_missing() { # GROUP... -> packages of these groups that are not installed
    deps_wanted=$(deps_list "$@")
    # shellcheck disable=SC2016,SC2086  # the format is dpkg's; the list is words
    deps_have=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $deps_wanted 2>/dev/null | sed -n 's/^installed //p')
    for deps_package in $deps_wanted; do
        printf '%s\n' "$deps_have" | grep -qxF -e "$deps_package" || printf '%s\n' "$deps_package"
    done
}

deps_as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo -- "$@"
    fi
}

deps_policy_put() {
    # Ours may still lie there from a run that was killed outright: then the kept one is the machine's own.
    if { [ -e "$deps_policy" ] || [ -L "$deps_policy" ]; } && [ ! -e "$deps_policy_kept" ] && [ ! -L "$deps_policy_kept" ] &&
        ! grep -q 'luytre: no daemon starts' "$deps_policy" 2>/dev/null; then
        deps_as_root mv -- "$deps_policy" "$deps_policy_kept" || return 1
    fi
    deps_policy_ours=yes
    # shellcheck disable=SC2016
    deps_as_root sh -c 'printf "#!/bin/sh\n# luytre: no daemon starts while packages are installed, by process $2\nexit 101\n" > "$1" && chmod 755 "$1"' sh "$deps_policy" "$$"
}

# What a run that was killed outright left behind, even when nothing is left to install. A run that is alive keeps its own.
deps_policy_mend() {
    deps_policy_by=$(sed -n 's/^# luytre: no daemon starts while packages are installed, by process \([0-9][0-9]*\)$/\1/p' "$deps_policy" 2>/dev/null)
    [ -n "$deps_policy_by" ] && [ ! -d "/proc/$deps_policy_by" ] || return 0
    echo "Khôi phục $deps_policy do lần cài bị ngắt để lại / putting $deps_policy back as it was before an interrupted installation"
    deps_policy_ours=yes
    deps_policy_back
}

deps_policy_back() {
    [ "$deps_policy_ours" = yes ] || return 0
    deps_policy_ours=no
    if [ -e "$deps_policy_kept" ] || [ -L "$deps_policy_kept" ]; then
        deps_as_root mv -f -- "$deps_policy_kept" "$deps_policy"
    else
        deps_as_root rm -f -- "$deps_policy"
    fi
}

deps_install() { # GROUP...; 0 when every package is there
    [ "${LUYTRE_SKIP_DEPS:-0}" = 1 ] && return 0
    if ! command -v dpkg-query >/dev/null 2>&1 || ! command -v apt-get >/dev/null 2>&1; then
        {
            echo "Máy này không có apt-get; Lũy Tre cần Debian 12. / This machine has no apt-get; Lũy Tre is made for Debian 12."
            echo "Packages it needs, by their Debian names:"
            deps_list "$@" | tr '\n' ' '
            echo
            echo "With their like installed by other means: LUYTRE_SKIP_DEPS=1 $0"
        } >&2
        return 1
    fi
    deps_todo=$(deps_missing "$@")
    if [ -z "$deps_todo" ]; then
        deps_policy_mend
        return 0
    fi
    if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null 2>&1; then
        {
            echo "Thiếu gói, và cần quyền root hoặc sudo để cài. / Packages are missing, and installing them takes root or sudo. As root:"
            # shellcheck disable=SC2086
            echo "  apt-get install --no-install-recommends" $deps_todo
        } >&2
        return 1
    fi
    # shellcheck disable=SC2086
    echo "Cài gói / installing:" $deps_todo
    trap 'deps_policy_back' EXIT
    trap 'deps_policy_back; trap - EXIT; exit 130' INT
    trap 'deps_policy_back; trap - EXIT; exit 143' TERM HUP
    deps_ok=yes
    deps_policy_put || deps_ok=no
    if [ $deps_ok = yes ]; then
        deps_as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q </dev/null ||
            echo "apt-get update failed; trying with the lists that are there" >&2
        # shellcheck disable=SC2086
        deps_as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $deps_todo </dev/null || deps_ok=no
    fi
    deps_policy_back
    trap - EXIT INT TERM HUP
    if [ $deps_ok = no ] || [ -n "$(deps_missing "$@")" ]; then
        {
            echo "Không cài được gói: máy có mạng không, /etc/apt/sources.list có phải Debian 12 không?"
            echo "Packages could not be installed: is the machine online, and does /etc/apt/sources.list name Debian 12? Missing:"
            deps_missing "$@" | tr '\n' ' '
            echo
        } >&2
        return 1
    fi
}
