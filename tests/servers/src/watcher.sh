# Makes a directory and says where. Waits until the process that holds the other end of its stdin has ended, however it
# ends. Then it ends the server of that process and removes all of it. A server writes its process id to a file before
# it is one, and only if the directory is still there, so none is missed.
#
# $1: where the directory will be
# $2: how its name begins
# $3: the file in it that the server removes as its last act, if SIGQUIT asks it to; none if it just may be killed
trap '' HUP INT PIPE QUIT TERM
home=$(mktemp -d "$1/$2-XXXXXX") || exit
# The server may be another user's, to whom directories in here belong.
chmod 755 "$home"
echo "$home"
exec >/dev/null
last_file=$home/$3
cd /
read -r _

pids=$(cat "$home"/*.pid)
if [ -n "$pids" ]; then
    if [ -n "$3" ]; then
        kill -CONT $pids
        kill -QUIT $pids
        n=0
        while [ -e "$last_file" ] && [ $((n += 1)) -le 80 ]; do sleep 0.1; done
    fi
    kill -KILL $pids
fi
# PostgreSQL leaves a segment of shared memory if it is killed. The second word of this line is its id.
if [ -n "$3" ] && [ -e "$last_file" ]; then
    set -- $(sed -n 7p "$last_file")
    if [ -n "$2" ]; then ipcrm -m "$2"; fi
fi
if [ -d "$home/disk" ]; then umount -l "$home/disk"; fi
# A process that has not quite ended may still be writing.
n=0
until rm -rf "$home" || [ $((n += 1)) -gt 50 ]; do sleep 0.1; done
