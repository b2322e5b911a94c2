using System.Text.RegularExpressions;

namespace LibvirtBackup.Interop.Tests.Xml;

/// <summary>The pattern of <c>checkpointName</c> in domaincheckpoint.rng, anchored as a schema is.</summary>
internal static partial class SchemaPattern
{
    public static bool IsName(string text) => Pattern().IsMatch(text);

    [GeneratedRegex(@"\A[a-zA-Z0-9_\-][a-zA-Z0-9_\-.]*\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Pattern();
}
