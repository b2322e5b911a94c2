using System.CommandLine;

namespace LibvirtBackup.Cli;

/// <summary>The options that every command takes.</summary>
internal sealed class GlobalOptions
{
    /// <summary>The libvirt connection.</summary>
    internal Option<string?> Connect { get; } = new("--connect", "-c")
    {
        Description = "libvirt connection URI (default: $LIBVIRT_DEFAULT_URI, then libvirt's own choice)",
        HelpName = "URI",
        Recursive = true,
    };

    /// <summary>The repository.</summary>
    internal Option<string?> Repository { get; } = new("--repo", "-r")
    {
        Description = "repository directory (default: $LVBACKUP_REPO)",
        HelpName = "DIR",
        Recursive = true,
    };

    /// <summary>The passphrase.</summary>
    internal Option<string?> PassphraseFile { get; } = new("--passphrase-file")
    {
        Description = "file whose first line opens an encrypted repository (default: $LVBACKUP_PASSPHRASE_FILE)",
        HelpName = "FILE",
        Recursive = true,
    };

    /// <summary>The key file.</summary>
    internal Option<string?> KeyFile { get; } = new("--key-file")
    {
        Description = "file of 32 to 4096 random bytes that opens an encrypted repository (default: "
            + "$LVBACKUP_KEY_FILE)",
        HelpName = "FILE",
        Recursive = true,
    };

    /// <summary>JSON on stdout.</summary>
    internal Option<bool> Json { get; } = new("--json")
    {
        Description = "print one JSON document on stdout; messages and progress stay on stderr",
        Arity = ArgumentArity.Zero,
        Recursive = true,
    };

    /// <summary>Fewer messages.</summary>
    internal Option<bool> Quiet { get; } = new("--quiet", "-q")
    {
        Description = "no progress and no messages, only results, warnings and errors",
        Arity = ArgumentArity.Zero,
        Recursive = true,
    };

    /// <summary>More messages.</summary>
    internal Option<bool> Verbose { get; } = new("--verbose", "-v")
    {
        Description = "with an error, print where in the program it arose as well",
        Arity = ArgumentArity.Zero,
        Recursive = true,
    };

    /// <summary>No progress.</summary>
    internal Option<bool> NoProgress { get; } = new("--no-progress")
    {
        Description = "no progress bars or progress lines",
        Arity = ArgumentArity.Zero,
        Recursive = true,
    };

    /// <summary>The state directory.</summary>
    internal Option<string?> StateDirectory { get; } = new("--state-dir")
    {
        Description = "directory for locks and journals (default: $LVBACKUP_STATE, then /var/lib/lvbackup for root "
            + "and the XDG state directory for others)",
        HelpName = "DIR",
        Recursive = true,
    };

    /// <summary>Help.</summary>
    internal Option<bool> Help { get; } = new("--help", "-h")
    {
        Description = "explain the command",
        Arity = ArgumentArity.Zero,
        Recursive = true,
    };

    /// <summary>Version.</summary>
    internal Option<bool> Version { get; } = new("--version")
    {
        Description = "print the version",
        Arity = ArgumentArity.Zero,
    };

    /// <summary>All of them, in the order of the help page.</summary>
    internal IEnumerable<Option> All =>
        [Connect, Repository, PassphraseFile, KeyFile, Json, Quiet, Verbose, NoProgress, StateDirectory, Help, Version];
}
