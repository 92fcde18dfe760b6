# fish completion of fieldvisit and fieldvisitd: the programs themselves are asked.
for program in fieldvisit fieldvisitd
    complete -c $program -l dir -r -F -d 'data folder'
    complete -c $program -n __fish_is_first_token -f -a "($program help | string match -rg '^  ([a-z-]+) ')"
end
complete -c fieldvisit -l profile -x -a "(fieldvisit profiles 2>/dev/null | string match -rg '^(\S+)')" -d 'one of several banks'
complete -c fieldvisit -l practice -d 'a handheld to learn on'
complete -c fieldvisitd -n 'test (count (commandline -opc)) -eq 2' -f \
    -a "(fieldvisitd help | string match -rg '^  '(commandline -opc)[2]' ([a-z-]+) ')"
complete -c fieldvisit -n 'test (count (commandline -opc)) -ge 2' \
    -a "(fieldvisit help (commandline -opc)[2] | string match -ra -- '--[a-z-]+')"
complete -c fieldvisitd -n 'test (count (commandline -opc)) -ge 3' \
    -a "(fieldvisitd (commandline -opc)[2..3] --help </dev/null 2>/dev/null | string match -ra -- '--[a-z-]+')"
