#!/bin/bash
# Whether this container's process can do its work now: its /readyz, asked without a program that would have to be installed.
set -e
exec 3<>"/dev/tcp/127.0.0.1/${OPS_PORT:-9464}"
printf 'GET /readyz HTTP/1.0\r\n\r\n' >&3
read -r _ status _ <&3
[ "$status" = 200 ]
