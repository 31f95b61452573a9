#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Everything a commit must pass that no compiler checks, one function a rule; each says how to mend what it finds. Ends with
# "N passed, N failed".
set -u
cd "$(dirname "$0")/.." || exit 2

sources() {
    git ls-files --cached --others --exclude-standard -- '*.c' '*.h'
}

# The formatter settles the rest: clang-format -i FILE
rule_format() {
    sources | xargs clang-format --dry-run --Werror 2>&1 | grep -E 'error:' | cut -d: -f1 | sort -u |
        sed 's/$/: not formatted; run clang-format -i on it/'
}

# Who may know whom: scripts/check_includes.py says which include is wrong and why.
rule_includes() {
    /usr/bin/python3 scripts/check_includes.py
}

# The tree has a fixed top level.
rule_top_level() {
    git ls-files --cached --others --exclude-standard | cut -d/ -f1 | sort -u |
        grep -vxE '\..*|LICENSE|README\.md|meson\.build|dataplane|control|include|scripts|tests|docs' |
        sed 's/$/: does not belong at the top level; move it into one of the folders/'
}

# Every source says its licence in the first lines.
rule_licence() {
    local file
    for file in $(git ls-files --cached --others --exclude-standard -- '*.c' '*.h' '*.sh' '*.py' 'meson.build' '*/meson.build'); do
        head -n 3 "$file" | grep -q 'SPDX-License-Identifier' || echo "$file: no SPDX-License-Identifier line"
    done
}

rule_shell() {
    command -v shellcheck >/dev/null || return 0
    grep -lE '^#!.*\b(bash|sh)$' scripts/* scripts/lib/* tests/system/* .ci/run 2>/dev/null |
        xargs shellcheck --severity=warning --external-sources --source-path=tests/system:scripts --format=gcc 2>&1
}

# A test that is not built is a test that cannot fail.
rule_tests_are_built() {
    local file name
    for file in $(cd tests && find unit fuzz bench -name '*.c'); do
        name=${file##*/}
        grep -rqF "${name%.c}" tests/meson.build || echo "tests/$file: not named in tests/meson.build"
    done
}

# What a document names is there: files in backticks, and programs of a build in `build`.
rule_documents_name_what_is() {
    local document name
    for document in README.md docs/*.md docs/man/*.scd; do
        grep -oE '`(control|dataplane|include|scripts|tests|docs)/[A-Za-z0-9_./-]+`' "$document" | tr -d '`' | sort -u |
            while read -r name; do
                [ -e "$name" ] || echo "$document: names $name, which is not there"
            done
        grep -oE '\bbuild/[a-z_/]+' "$document" | sort -u |
            while read -r name; do
                name=${name#build/}
                if [[ $name == tests/* ]]; then
                    grep -qF "'${name#tests/}'" tests/meson.build || echo "$document: tests/meson.build makes no ${name#tests/}"
                else
                    grep -qE "^ +'$name'," meson.build || echo "$document: meson.build makes no build/$name"
                fi
            done
    done
}

# docs/rfc-coverage.md: scripts/check_coverage.py says which row names a file or a test that is not there, or none.
rule_coverage() {
    /usr/bin/python3 scripts/check_coverage.py
}

passed=0
failed=0
for rule in format includes top_level licence shell tests_are_built documents_name_what_is coverage; do
    found=$(rule_$rule)
    if [ -z "$found" ]; then
        echo "ok - $rule"
        passed=$((passed + 1))
    else
        echo "not ok - $rule"
        echo "$found" | sed 's/^/    /'
        failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
