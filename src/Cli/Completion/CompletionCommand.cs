using System.CommandLine;
using LibvirtBackup.Cli.Commands;

namespace LibvirtBackup.Cli.Completion;

/// <summary><c>lvbackup completion SHELL</c>.</summary>
internal sealed class CompletionCommand : CliCommand
{
    private readonly Argument<string> _shell = new("shell") { Description = "bash, zsh or fish" };

    internal CompletionCommand()
        : base("completion", "Print the script that completes lvbackup's lines in your shell.")
    {
        _shell.CompletionSources.Add(_ => ["bash", "zsh", "fish"]);
        Add(_shell);
    }

    internal override CommandGroup Group => CommandGroup.Program;

    internal override string Details => """
        Commands, options, and the names of domains, checkpoints and restore points are completed.
        """;

    internal override IReadOnlyList<Example> Examples =>
    [
        new("completion bash > /etc/bash_completion.d/lvbackup", "for all users of bash"),
        new("completion zsh > ~/.zfunc/_lvbackup", "for zsh, with ~/.zfunc in $fpath"),
        new("completion fish > ~/.config/fish/completions/lvbackup.fish", "for fish"),
    ];

    internal override Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var shell = context.Line.GetRequiredValue(_shell);
        context.Console.Out.Write(shell switch
        {
            "bash" => CompletionScripts.Bash,
            "zsh" => CompletionScripts.Zsh,
            "fish" => CompletionScripts.Fish,
            _ => throw new BackupException(
                FailureKind.Usage, $"completion: there is no script for the shell '{shell}'; use bash, zsh or fish"),
        });
        return Task.FromResult(ExitCode.Done);
    }
}
