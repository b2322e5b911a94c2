using System.CommandLine;
using LibvirtBackup.Repositories.Keys;

namespace LibvirtBackup.Cli;

/// <summary>The values of the global options, with the environment and the defaults behind them.</summary>
internal sealed record GlobalSettings
{
    /// <summary>The libvirt URI, or null for libvirt's own choice.</summary>
    public required string? ConnectUri { get; init; }

    /// <summary>The repository directory, or null when none is named.</summary>
    public required string? RepositoryDirectory { get; init; }

    /// <summary>The file with the passphrase, or null.</summary>
    public required string? PassphraseFile { get; init; }

    /// <summary>The key file, or null.</summary>
    public required string? KeyFile { get; init; }

    /// <summary>The directory for locks and journals.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>True to print one JSON document.</summary>
    public required bool Json { get; init; }

    /// <summary>True to print results and errors only.</summary>
    public required bool Quiet { get; init; }

    /// <summary>True to say what is being done.</summary>
    public required bool Verbose { get; init; }

    /// <summary>True when progress is wanted.</summary>
    public required bool ShowProgress { get; init; }

    /// <summary>Joins options, environment and defaults.</summary>
    internal static GlobalSettings Resolve(GlobalOptions options, ParseResult result, CliEnvironment environment)
    {
        var quiet = result.GetValue(options.Quiet);
        var (passphraseFile, keyFile) = (result.GetValue(options.PassphraseFile), result.GetValue(options.KeyFile));
        if (passphraseFile is null && keyFile is null)
        {
            passphraseFile = environment.NonEmpty("LVBACKUP_PASSPHRASE_FILE");
            keyFile = environment.NonEmpty("LVBACKUP_KEY_FILE");
        }

        return new GlobalSettings
        {
            ConnectUri = result.GetValue(options.Connect) ?? environment.NonEmpty("LIBVIRT_DEFAULT_URI"),
            RepositoryDirectory = result.GetValue(options.Repository) ?? environment.NonEmpty("LVBACKUP_REPO"),
            PassphraseFile = passphraseFile,
            KeyFile = keyFile,
            StateDirectory = result.GetValue(options.StateDirectory) ?? environment.NonEmpty("LVBACKUP_STATE")
                ?? DefaultStateDirectory(environment),
            Json = result.GetValue(options.Json),
            Quiet = quiet,
            Verbose = result.GetValue(options.Verbose),
            ShowProgress = !quiet && !result.GetValue(options.NoProgress),
        };
    }

    /// <summary>The repository directory, for a command that cannot do without.</summary>
    internal string RequireRepository() => RepositoryDirectory ?? throw new BackupException(
        FailureKind.Usage, "no repository is named: give --repo DIR or set LVBACKUP_REPO");

    /// <summary>What opens the repository, or null when no file is named.</summary>
    internal RepositorySecret? ReadSecret() => SecretFile.Read(PassphraseFile, KeyFile);

    private static string DefaultStateDirectory(CliEnvironment environment)
    {
        if (environment.IsRoot)
            return "/var/lib/lvbackup";

        // The XDG base directory specification: relative paths in the variable are to be ignored.
        if (environment.NonEmpty("XDG_STATE_HOME") is { } state && Path.IsPathRooted(state))
            return Path.Combine(state, "lvbackup");

        return Path.Combine(environment.NonEmpty("HOME") ?? "/tmp", ".local", "state", "lvbackup");
    }
}
