#!/bin/sh
# What a desktop has besides a display, then the command: a window manager and a place for notifications.
openbox >/dev/null 2>&1 &
dunst >/dev/null 2>&1 &
exec "$@"
