#compdef fieldvisit fieldvisitd
# zsh completion of fieldvisit and fieldvisitd.  The programs themselves are asked, so that it
# knows the verbs and options of the version that is installed.

local program=$words[1] last=$words[CURRENT-1] help verb1 verb2 i
local -a verbs values options

for ((i = 2; i < CURRENT; i++)); do
	case $words[i] in
	--dir|--profile) ((i++)) ;;
	-*) ;;
	*) if [[ -z $verb1 ]]; then verb1=$words[i]; elif [[ -z $verb2 ]]; then verb2=$words[i]; fi ;;
	esac
done

if [[ $last == --dir ]]; then
	_files -/
	return
fi
verbs=(${(f)"$(_call_program verbs $program help | sed -n 's/^  \([a-z][a-z-]*\( [a-z][a-z-]*\)\{0,1\}\)  .*/\1/p')"})
if [[ -z $verb1 ]]; then
	compadd -- ${(u)verbs%% *}
	compadd -- --dir --version
	[[ ${program:t} == fieldvisit ]] && compadd -- --profile --practice
	return
fi
values=(${${(M)verbs:#$verb1 *}#* })
if [[ $#values -gt 0 && -z $verb2 && $PREFIX != -* ]]; then
	compadd -- $values
	return
fi
if [[ ${program:t} == fieldvisitd ]]; then
	help=$(_call_program options $program $verb1 $verb2 --help </dev/null)
else
	help=$(_call_program options $program help $verb1)
fi
if [[ $last == --* ]]; then
	values=(${(s:|:)"$(sed -n "s/^.*$last[ =]\([a-z][a-z-]*|[a-z|-]*\).*/\1/p" <<<$help | head -n 1)"})
	if [[ $#values -gt 0 ]]; then
		compadd -- $values
		return
	fi
fi
if [[ $PREFIX == -* ]]; then
	options=(${(fu)"$(grep -oE -e '--[a-z-]+' <<<$help)"})
	compadd -- $options --json --dir
	return
fi
values=(${(f)"$(head -n 1 <<<$help | sed 's/\[*--[^]|]*\]*//g' | tr '|[](), ' '\n' | grep -x '[a-z][a-z-]*')"})
[[ ${program:t} == fieldvisit ]] && compadd -- ${values:#($verb1|fieldvisit)}
_files
