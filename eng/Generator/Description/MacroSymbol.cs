namespace LibvirtBackup.Generator.Description;

internal sealed record MacroSymbol : Symbol
{
    /// <summary>The quoted text, for a macro that is a string.</summary>
    public string? Text { get; init; }

    /// <summary>The C expression, for a macro that is not.</summary>
    public string Expression { get; init; } = "";

    public bool HasParameters { get; init; }
}
