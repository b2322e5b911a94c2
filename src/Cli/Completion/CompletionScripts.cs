namespace LibvirtBackup.Cli.Completion;

/// <summary>The scripts ask the program itself, through its hidden <c>__complete</c> command.</summary>
internal static class CompletionScripts
{
    internal const string Bash = """
        # bash completion of lvbackup
        _lvbackup()
        {
            local IFS=$'\n'
            COMPREPLY=($("${COMP_WORDS[0]}" __complete "$COMP_POINT" "$COMP_LINE" 2>/dev/null))
            # bash splits words at '=' and ':' as well: what stands before is already on the line.
            local word=${COMP_LINE:0:COMP_POINT}
            word=${word##* }
            local current=${COMP_WORDS[COMP_CWORD]}
            local prefix=${word%"$current"}
            COMPREPLY=("${COMPREPLY[@]#"$prefix"}")
        }
        complete -o default -F _lvbackup lvbackup

        """;

    internal const string Zsh = """
        #compdef lvbackup
        _lvbackup()
        {
            local -a found
            found=("${(@f)$("${words[1]}" __complete "$CURSOR" "$BUFFER" 2>/dev/null)}")
            if [[ -n "${found[1]}" ]]; then
                compadd -- "${found[@]}"
            else
                _files
            fi
        }
        if [[ "$funcstack[1]" == _lvbackup ]]; then
            _lvbackup "$@"
        else
            compdef _lvbackup lvbackup
        fi

        """;

    internal const string Fish = """
        # fish completion of lvbackup
        function __lvbackup_complete
            set -l line (commandline -cp)
            set -l found (lvbackup __complete (string length -- "$line") "$line" 2>/dev/null)
            if test (count $found) -gt 0
                printf '%s\n' $found
            else
                __fish_complete_path (commandline -ct)
            end
        end
        complete -c lvbackup -f -a '(__lvbackup_complete)'

        """;
}
