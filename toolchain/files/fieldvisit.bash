# bash completion of fieldvisit and fieldvisitd.  The programs themselves are asked, so that
# it knows the verbs and options of the version that is installed.

# Words of a synopsis that are typed as they stand: "list | show CASE [--pin-file FILE]".
_fieldvisit_words() {
	sed 's/\[*--[^]|]*\]*//g; s/<[^>]*>//g' | tr '|[](), ' '\n' | grep -x '[a-z][a-z-]*'
}

# The word set of one option, from a line "--place home|work|other".
_fieldvisit_values() {
	sed -n "s/^.*--$1[ =]\\([a-z][a-z-]*|[a-z|-]*\\).*/\\1/p" | head -n 1 | tr '|' '\n'
}

# Files, where a value is one; else nothing.
_fieldvisit_files() {
	if grep -qE -e "--$1[ =](FILE|DIR|OUT|TICKET|KEYS_FOLDER)"; then
		compopt -o filenames 2>/dev/null
		compgen -f -- "$2"
	fi
}

# Sets verb to the words before the cursor that are no option and no option's value, at
# most $1 of them.
_fieldvisit_verb() {
	local i=1
	verb=()
	while [ "$i" -lt "$COMP_CWORD" ] && [ "${#verb[@]}" -lt "$1" ]; do
		case ${COMP_WORDS[i]} in
		--dir | --profile) i=$((i + 1)) ;;
		-*) ;;
		*) verb+=("${COMP_WORDS[i]}") ;;
		esac
		i=$((i + 1))
	done
}

# Complete by what is known of a verb: $1 its help, $2 the words of its synopsis.
_fieldvisit_rest() {
	local now=${COMP_WORDS[COMP_CWORD]} last=${COMP_WORDS[COMP_CWORD - 1]} values
	if [[ $last == --?* ]]; then
		values=$(_fieldvisit_values "${last#--}" <<<"$1")
		if [ -n "$values" ]; then
			mapfile -t COMPREPLY < <(compgen -W "$values" -- "$now")
			return
		fi
		mapfile -t COMPREPLY < <(_fieldvisit_files "${last#--}" "$now" <<<"$1")
		[ ${#COMPREPLY[@]} = 0 ] || return
	fi
	if [[ $now == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(grep -oE -e '--[a-z-]+' <<<"$1" | sort -u) --json --dir" -- "$now")
		return
	fi
	mapfile -t COMPREPLY < <(compgen -W "$2" -- "$now")
	if [ ${#COMPREPLY[@]} = 0 ]; then
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$now")
	fi
}

_fieldvisit() {
	local program=$1 verb help now=${COMP_WORDS[COMP_CWORD]}
	COMPREPLY=()
	if [ "${COMP_WORDS[COMP_CWORD - 1]}" = --dir ]; then
		mapfile -t COMPREPLY < <(compgen -d -- "$now")
		return
	fi
	if [ "${COMP_WORDS[COMP_CWORD - 1]}" = --profile ]; then
		mapfile -t COMPREPLY < <(compgen -W "$("$program" profiles 2>/dev/null | cut -d' ' -f1)" -- "$now")
		return
	fi
	_fieldvisit_verb 1
	if [ ${#verb[@]} = 0 ]; then
		mapfile -t COMPREPLY < <(compgen -W "$("$program" help 2>/dev/null | sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p') \
			--json --dir --profile --practice --help --version" -- "$now")
		return
	fi
	help=$("$program" help "${verb[0]}" 2>/dev/null) || return
	case ${verb[0]} in
	help)
		_fieldvisit_rest "$help" "exits $("$program" help | sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p')"
		;;
	*) _fieldvisit_rest "$help" "$(head -n 1 <<<"${help#* * }" | _fieldvisit_words)" ;;
	esac
}

_fieldvisitd() {
	local program=$1 verb verbs now=${COMP_WORDS[COMP_CWORD]} second
	COMPREPLY=()
	if [ "${COMP_WORDS[COMP_CWORD - 1]}" = --dir ]; then
		mapfile -t COMPREPLY < <(compgen -d -- "$now")
		return
	fi
	verbs=$("$program" help 2>/dev/null | sed -n 's/^  \([a-z][a-z]*\( [a-z][a-z-]*\)\{0,1\}\)  .*/\1/p')
	_fieldvisit_verb 2
	if [ ${#verb[@]} = 0 ]; then
		mapfile -t COMPREPLY < <(compgen -W "$(cut -d' ' -f1 <<<"$verbs" | sort -u) --dir --version" -- "$now")
		return
	fi
	second=$(sed -n "s/^${verb[0]} //p" <<<"$verbs")
	if [ ${#verb[@]} = 1 ] && [[ $now != -* ]] && [ -n "$second" ]; then
		mapfile -t COMPREPLY < <(compgen -W "$second" -- "$now")
		[ ${#COMPREPLY[@]} = 0 ] || return
	fi
	_fieldvisit_rest "$("$program" "${verb[@]}" --help </dev/null 2>/dev/null)" ""
}

complete -F _fieldvisit fieldvisit
complete -F _fieldvisitd fieldvisitd
