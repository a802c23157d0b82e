# For contrib/bench/web: sites and what they are compared with, each a few processes
# with files in $work. Names of processes are SITE-nginx, SITE-fcgi, SITE-daemon, and
# those of the peers.

declare -A pid_of=() port_of=()

# start NAME COMMAND...: in the background, with its output in $work/NAME.log.
start() {
    local name=$1
    shift
    "$@" </dev/null >>"$work/$name.log" 2>&1 &
    pid_of[$name]=$!
}

# stop NAME: ends it and waits for that. What does not run is no error.
stop() {
    local pid=${pid_of[$1]-} i
    [ -n "$pid" ] || return 0
    unset "pid_of[$1]"
    kill -TERM "$pid" 2>/dev/null
    for ((i = 0; i < 400; i++)); do
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.05
    done
    kill -KILL "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
}

# cpu_us NAME: microseconds of CPU time that it and its children took. 0: there is none.
cpu_us() {
    local pid=${pid_of[$1]-}
    [ -n "$pid" ] || { echo 0 && return; }
    for pid in "$pid" $(cat "/proc/$pid/task/"*/children); do
        cat "/proc/$pid/task/"*/schedstat
    done | awk '{ sum += $1 } END { printf "%d\n", sum / 1000 }'
}

stop_everything() {
    local name
    for name in "${!pid_of[@]}"; do
        stop "$name"
    done
}

# wait_for WHAT COMMAND...: until COMMAND succeeds, 30 seconds at most.
wait_for() {
    local what=$1 i
    shift
    for ((i = 0; i < 600; i++)); do
        "$@" && return
        sleep 0.05
    done
    die "waited in vain for $what: $(tail -qn 3 "$work"/*.log)"
}

# answers URL [TEXT]: is there a page, and TEXT in it?
answers() {
    curl -q -s -f --noproxy '*' --max-time 5 "$1" | grep -q -e "${2-}"
}

# new_port NAME: port_of[NAME], one that nobody listens on and none of ours has. Below
# those that the system gives to connections.
new_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 12000))
        [[ " ${port_of[*]-} " != *" $port "* ]] || continue
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    port_of[$1]=$port
}

# url NAME: of the site or peer.
url() {
    echo "http://127.0.0.1:${port_of[$1]}/"
}

# site_sql SITE QUERY: reads its database.
site_sql() {
    sqlite3 -readonly -cmd '.timeout 5000' "$work/$1/db/nthpi.db" "$2"
}

user_line() {
    [ "$(id -u)" != 0 ] || echo 'user root;'
}

# site_conf SITE: nginx's configuration of the site, that of conf/nginx.conf.in, with
# what is in $work/SITE.nginx besides.
site_conf() {
    local state=$work/$1
    sed -e '/^#/d' -e "s|@PORT@|${port_of[$1]}|g" -e "s|@STATE@|$state|g" \
        -e "s|@RUN@|$state/nginx|g" -e "s|@STATIC@|$build/templates/public|g" \
        -e "s|@CONF@|$source_dir/conf|g" -e "s|@USER_LINE@|$(user_line)|g" \
        -e "s|@UNLIMITED@|127.0.0.0/8 1;|g" \
        -e "\$s|}|include $work/$1.nginx;\n}|" "$source_dir/conf/nginx.conf.in"
}

# site_start SITE [PROCESS]: nginx, fcgi and daemon, or one of them; waits until it
# answers. Another site than main has no daemon.
site_start() {
    local site=$1 state=$work/$1 process
    if [ ! -d "$state" ]; then
        mkdir -p "$state/nginx"
        : >"$state/nthpi.conf" >"$work/$site.nginx"
        new_port "$site"
        site_conf "$site" >"$state/nginx/nginx.conf" || return 1
    fi
    for process in ${2-fcgi nginx daemon}; do
        case $process in
        fcgi)
            start "$site-fcgi" env NTHPI_STATE="$state" \
                NTHPI_VISITOR_LIMIT=0 NTHPI_ADDRESS_LIMIT=0 \
                NTHPI_CONFIG="$state/nthpi.conf" NTHPI_TEMPLATES="$build/templates" \
                "$build/nthpi-fcgi"
            wait_for "nthpi-fcgi" test -S "$state/run/fcgi-3.sock"
            ;;
        nginx)
            start "$site-nginx" nginx -e stderr -p "$state/nginx" \
                -c "$state/nginx/nginx.conf"
            ;;
        daemon)
            [ "$site" = main ] || continue
            start "$site-daemon" env NTHPI_STATE="$state" \
                NTHPI_CONFIG="$state/nthpi.conf" "$build/nthpid"
            ;;
        esac
    done
    [ -z "${pid_of[$site-nginx]-}" ] ||
        wait_for "$site to answer" answers "$(url "$site")"
    [ -z "${pid_of[$site-daemon]-}" ] ||
        wait_for "nthpid" answers "$(url "$site")healthz" '"status": *"ok"'
}

# site_stop SITE [PROCESS]
site_stop() {
    local process
    for process in ${2-nginx fcgi daemon}; do
        stop "$1-$process"
    done
}

# site_fill SITE N: starts a site with N computations that ended. They are written by
# SQL, with nothing else running.
site_fill() {
    local fill="
        PRAGMA synchronous = OFF;
        BEGIN;
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $2)
        INSERT INTO computation (radix, position, algorithm, stage, status, method,
            digit, window, progress, attempts, created_at, scheduled_at, taken_at,
            calculated_at, stored_at, ended_at, cpu_s, wall_s, peak_kib, revision)
        SELECT CASE i % 3 WHEN 0 THEN 16 ELSE 10 END, 1000 + i,
            CASE i % 3 WHEN 0 THEN 'bbp' ELSE 'chudnovsky' END, 'stored', 'done',
            CASE i % 3 WHEN 0 THEN 'bbp' ELSE 'chudnovsky' END, '3', '3141592653589793',
            1, 1, t + i, t + i, t + i, t + i, t + i, t + i, 0.1, 0.1, 4000, i + 1
        FROM n, (SELECT 1000000 * unixepoch() AS t);
        UPDATE meta SET value = $2 + 1 WHERE key = 'revision';
        COMMIT;
        PRAGMA wal_checkpoint(TRUNCATE);"
    site_start "$1" || return 1
    site_stop "$1"
    sqlite3 "$work/$1/db/nthpi.db" "$fill" >"$work/fill.log" || return 1
    site_start "$1"
}

# ---- what the main site is compared with -----------------------------------

# Writes what the main site's nginx serves besides: peers have its settings and its
# workers. (nginx reads it again, the site stays.)
peers_start() {
    mkdir "$work/peers"
    new_port static
    new_port hello
    start hello "$work/hello" "$work/hello.sock"
    {
        echo "server { listen 127.0.0.1:${port_of[static]} backlog=4096;"
        echo "    server_tokens off; root $work/peers; gzip_static on; }"
        echo "server { listen 127.0.0.1:${port_of[hello]} backlog=4096;"
        echo "    server_tokens off;"
        sed -n '/^fastcgi_param /p' "$source_dir/conf/nthpi.nginx"
        echo "    location / { fastcgi_pass unix:$work/hello.sock; } }"
        peer_aiohttp
        peer_cached
    } >"$work/main.nginx"
    kill -HUP "${pid_of[main-nginx]}"
    wait_for "hello" answers "$(url hello)" hello
    [ -z "${port_of[aiohttp]-}" ] || wait_for "aiohttp" answers "$(url aiohttp)" c-50
}

# Debian's Python: it has Debian's aiohttp.
peer_aiohttp() {
    /usr/bin/python3 -c 'import aiohttp' 2>/dev/null || return
    local port
    new_port aiohttp-itself
    port=${port_of[aiohttp-itself]}
    new_port aiohttp
    start aiohttp /usr/bin/python3 "$here/page_aiohttp.py" "$work/main/db/nthpi.db" \
        "$port"
    echo "upstream aiohttp { server 127.0.0.1:$port; keepalive 64; }"
    echo "server { listen 127.0.0.1:${port_of[aiohttp]} backlog=4096;"
    echo "    server_tokens off; proxy_http_version 1.1;"
    echo '    proxy_set_header Connection ""; location / { proxy_pass http://aiohttp; } }'
}

# The main site once more, through nginx's micro-cache.
peer_cached() {
    [ -e "$source_dir/conf/nthpi-microcache.nginx" ] || return
    new_port cached
    echo "fastcgi_cache_path $work/cache keys_zone=nthpi_pages:1m max_size=16m"
    echo "    inactive=10s use_temp_path=off;"
    echo "server { listen 127.0.0.1:${port_of[cached]} backlog=4096;"
    echo "    set \$nthpi_digits $work/main/digits;"
    echo "    set \$nthpi_static $build/templates/public;"
    echo "    set \$nthpi_errors $build/conf/errors;"
    echo "    include $source_dir/conf/nthpi.nginx;"
    echo "    include $source_dir/conf/nthpi-microcache.nginx; }"
}
