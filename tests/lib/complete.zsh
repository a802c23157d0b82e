# zsh -f complete.zsh PROGRAMS FUNCTIONS LINE..: what zsh completes at the end of each
# LINE, with the programs of the folder PROGRAMS and the completions of FUNCTIONS: a match
# a line, then a line "@". An interactive zsh of its own is typed into, since completions
# work nowhere else.
zmodload zsh/zpty || exit 1
capture=$(mktemp) || exit 1
trap 'zpty -d zsh 2>/dev/null; rm -f -- $capture' EXIT
zpty zsh zsh -f -i
zpty -w zsh "capture=${(q)capture}; path=(${(q)1} \$path); fpath=(${(q)2} \$fpath)"
# Some calls of compadd only sort matches into arrays.
zpty -w zsh 'setopt no_beep extended_glob; LISTMAX=10000; autoload -Uz compinit; compinit -u -D
compadd() {
    if [[ ${@[1,(i)(-|--)]} == *-[a-zA-Z]#[OAD]\ * ]]; then
        builtin compadd "$@"
        return
    fi
    local -a hits
    builtin compadd -O hits "$@"
    ((#hits)) && print -rl -- $hits >>$capture
    builtin compadd "$@"
}
ended() { print -r -- @ >>$capture; comppostfuncs=(ended) }
comppostfuncs=(ended)'
integer asked=0
for line in "${@[3,-1]}"; do
    zpty -n -w zsh $'\C-u'$line$'\t'
    ((asked++))
    # What it shows is read, so that it never waits for us.
    while (($(grep -c '^@$' $capture) < asked)); do
        zpty -r -t zsh shown || sleep 0.01
    done
done
cat $capture
