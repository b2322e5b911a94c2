namespace LibvirtBackup.Cli;

/// <summary>What the program takes from the process around it; tests give their own.</summary>
internal sealed record CliEnvironment
{
    /// <summary>Reads an environment variable; null when it is not set.</summary>
    public required Func<string, string?> Variable { get; init; }

    /// <summary>True when the process runs as root.</summary>
    public required bool IsRoot { get; init; }

    /// <summary>The clock; its zone is the one that times are shown in.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>How this program is started again; empty where it cannot be.</summary>
    public required IReadOnlyList<string> Program { get; init; }

    /// <summary>The environment of this process.</summary>
    internal static CliEnvironment OfProcess() => new()
    {
        Variable = Environment.GetEnvironmentVariable,
        IsRoot = Environment.IsPrivilegedProcess,
        Time = TimeProvider.System,
        Program = FindProgram(),
    };

    /// <summary>Reads an environment variable; an empty one counts as not set.</summary>
    internal string? NonEmpty(string name) => Variable(name) is { Length: > 0 } value ? value : null;

    // "dotnet lvbackup.dll" is a process of dotnet.
    private static string[] FindProgram() => Environment.ProcessPath is not { } process ? []
        : Path.GetFileNameWithoutExtension(process) == "dotnet" ? [process, Environment.GetCommandLineArgs()[0]]
        : [process];
}
