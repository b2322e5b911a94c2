namespace LibvirtBackup.Documentation;

/// <summary>A fenced block of a page, or lines that only the test runs.</summary>
internal sealed record GuideStep
{
    /// <summary>Where it begins: <c>docs/x.md:12</c>.</summary>
    public required string Place { get; init; }

    /// <summary>The word behind the fence; <c>test</c> for lines in a comment.</summary>
    public required string Language { get; init; }

    public required string Text { get; init; }

    /// <summary>True when a test runs it.</summary>
    public bool IsRun { get; init; }

    /// <summary>The exit code of its last command.</summary>
    public int ExitCode { get; init; }

    /// <summary>Why no test runs it, or null.</summary>
    public string? Reason { get; init; }

    /// <summary>Lines that it prints, in this order, others between them; <c>...</c> stands for anything.</summary>
    public IReadOnlyList<string> Expected { get; init; } = [];
}
