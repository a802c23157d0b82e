# For the programs in this folder: each writes a section of its own into one file.

# put_section FILE NAME REPORT: FILE, made if there is none, with what REPORT holds as
# its section NAME, in the place of the one there was or at the end. False: could not.
put_section() {
    [ -e "$1" ] || : >"$1" || return 1
    awk -v begin="<!-- begin $2: written by contrib/bench/$2 -->" \
        -v end="<!-- end $2 -->" -v report="$3" '
        function put(    line) {
            print begin
            while ((getline line < report) > 0) print line
            print end
            done = 1
        }
        $0 == begin { put(); skip = 1 }
        !skip { print }
        $0 == end { skip = 0 }
        END {
            if (done) exit
            if (NR > 0) print ""
            put()
        }' "$1" >"$3.whole" && cat "$3.whole" >"$1" && rm -f "$3.whole"
}
