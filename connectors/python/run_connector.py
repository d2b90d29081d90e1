#!/usr/bin/env python3
"""Starts a sidecar by its name: run_connector.py NAME [ARGUMENT ...]

NAME is a bundled sidecar (apps/NAME-sidecar of this repository or image, for example "discord") or a
script of your own, NAME.py beside this file. The sidecar takes this process's place: it gets its
environment, its signals and its exit code.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
NEEDED_NODE = 24


def fail(message):
    print(f"run_connector.py: {message}", file=sys.stderr)
    sys.exit(2)


def node_major(node):
    try:
        shown = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20).stdout
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.match(r"v(\d+)\.", shown)
    return int(found.group(1)) if found else 0


def find_node():
    """The Node of this repository's packages, else one on PATH that is new enough."""
    for node in (str(ROOT / "node_modules" / ".bin" / "node"), shutil.which("node")):
        if node and os.access(node, os.X_OK) and node_major(node) >= NEEDED_NODE:
            return node
    fail(f"no Node {NEEDED_NODE} or later found. Run npm install in {ROOT}, or put one on PATH.")


def main():
    if len(sys.argv) < 2 or sys.argv[1] in ("-h", "--help"):
        print(__doc__.strip())
        sys.exit(0 if len(sys.argv) > 1 else 2)
    name, arguments = sys.argv[1], sys.argv[2:]
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", name):
        fail("NAME may hold letters, digits, - and _ only.")
    folder = ROOT / "apps" / f"{name}-sidecar"
    built = folder / "main.mjs"
    bundled = built if built.is_file() else folder / "src" / "main.ts"
    own = HERE / f"{name}.py"
    sys.stdout.flush()
    if bundled.is_file():
        node = find_node()
        os.execv(node, [node, str(bundled), *arguments])
    if own.is_file() and own.name != Path(__file__).name:
        os.execv(sys.executable, [sys.executable, str(own), *arguments])
    fail(f'there is no sidecar "{name}": neither {bundled} nor {own} exists.')


if __name__ == "__main__":
    main()
