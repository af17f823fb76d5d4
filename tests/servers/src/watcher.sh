# Waits until the process that holds the other end of its stdin has ended, however it ends. Then it ends that process's
# server and removes all of it. A server writes its process id to a file before it is one, so none is missed.
#
# $1: the directory of the server
# $2: the file in it that the server removes as its last act, if SIGQUIT asks it to; none if it just may be killed
trap '' HUP INT QUIT TERM
cd /
read -r _

pids=$(cat "$1"/*.pid 2>/dev/null)
if [ -n "$pids" ]; then
    if [ -n "$2" ]; then
        kill -CONT $pids
        kill -QUIT $pids
        n=0
        while [ -e "$1/$2" ] && [ $((n += 1)) -le 80 ]; do sleep 0.1; done
    fi
    kill -KILL $pids
fi
# PostgreSQL keeps a segment of shared memory after SIGKILL. Its id is in the lock file.
if [ -n "$2" ] && [ -e "$1/$2" ]; then
    set -- "$1" "$2" $(sed -n 7p "$1/$2")
    [ -n "$4" ] && ipcrm -m "$4"
fi
# Its processes may still be writing.
n=0
until rm -rf "$1" || [ $((n += 1)) -gt 50 ]; do sleep 0.1; done
