# Runs one private database server for as long as standard input stays open, so that it
# ends with the test program however that ends, and removes its folder.
#
#   supervise.sh FOLDER SERVER [INSTALLER]
#
# FOLDER holds my.cnf. INSTALLER is mariadb-install-db; without it the server makes its own
# data folder, as MySQL does. Each line read is a command, each line written its answer.
folder=$1 server=$2 installer=$3
log=$folder/log pid=

# A signal ends `read`, and with it this script; ignoring it would be inherited by the server.
trap : HUP INT TERM

if [ "$(id -u)" = 0 ]; then
    echo "user=root" >>"$folder/my.cnf"
fi

install() {
    if [ -n "$installer" ]; then
        "$installer" --defaults-file="$folder/my.cnf" --auth-root-authentication-method=normal --skip-test-db
    else
        "$server" --defaults-file="$folder/my.cnf" --initialize-insecure
    fi
}

signal() {
    [ -z "$pid" ] || kill -"$1" "$pid" 2>/dev/null
}

is_stopped() {
    if [ -d "/proc/$pid/task" ]; then
        ! grep -hs '^State:' "/proc/$pid/task/"*/status | grep -qv 'T ('
    else
        ps -o state= -p "$pid" | grep -q T
    fi
}

finish() {
    signal "$1"
    # A frozen server takes the signal only once it goes on.
    signal CONT
    wait
    pid=
}

while read -r command; do
    case $command in
    install)
        install </dev/null >>"$log" 2>&1 && echo done || echo failed
        ;;
    start)
        "$server" --defaults-file="$folder/my.cnf" </dev/null >>"$log" 2>&1 &
        pid=$!
        echo done
        ;;
    alive)
        # `jobs` makes the shell collect a child that ended; a zombie would count as alive.
        jobs >/dev/null
        if signal 0 && [ -n "$pid" ]; then echo yes; else echo no; fi
        ;;
    stop) finish TERM && echo done ;;
    kill) finish KILL && echo done ;;
    freeze)
        signal STOP
        # Each thread goes on until it is scheduled next, which takes its time on a busy machine.
        while [ -n "$pid" ] && jobs >/dev/null && signal 0 && ! is_stopped; do sleep 0.01; done
        echo done
        ;;
    thaw) signal CONT && echo done ;;
    esac
done

finish KILL
rm -rf "$folder"
