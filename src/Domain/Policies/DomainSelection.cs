using System.IO.Enumeration;

namespace LibvirtBackup.Policies;

/// <summary>Which domains of a host a policy is for.</summary>
public sealed record DomainSelection
{
    /// <summary>True for all that libvirt knows, but those of <see cref="Except"/>.</summary>
    public bool All { get; init; }

    /// <summary>Names, exactly. One that the host does not have is a failure of the run.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>Globs (<c>*</c> and <c>?</c>) of names.</summary>
    public IReadOnlyList<string> Match { get; init; } = [];

    /// <summary>Tags in the domains' metadata, of which one is enough.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Globs of names that are left out in any case.</summary>
    public IReadOnlyList<string> Except { get; init; } = [];

    /// <summary>Whether a domain is selected.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="tags">Its tags.</param>
    public bool Selects(string name, IEnumerable<string> tags) =>
        !Except.Any(glob => Fits(glob, name))
        && (All || Names.Contains(name, StringComparer.Ordinal) || Match.Any(glob => Fits(glob, name))
            || tags.Intersect(Tags, StringComparer.Ordinal).Any());

    private static bool Fits(string glob, string name) =>
        FileSystemName.MatchesSimpleExpression(glob, name, ignoreCase: false);
}
