namespace LibvirtBackup.Reports;

/// <summary>What a repository holds, domain by domain, and how well. Immutable.</summary>
internal sealed record RepositoryReport
{
    /// <summary>When it was made, UTC.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The repository's id.</summary>
    public required string RepositoryId { get; init; }

    /// <summary>Where the repository is.</summary>
    public required string Location { get; init; }

    /// <summary>True when what is stored can be read only with a key.</summary>
    public required bool IsEncrypted { get; init; }

    /// <summary>Bytes of the repository's packs: the space that the disks' contents take.</summary>
    public required long PackBytes { get; init; }

    /// <summary>The domains that have points, by name; of one UUID each.</summary>
    public required IReadOnlyList<DomainReport> Domains { get; init; }

    /// <summary>One line for each point that cannot be read.</summary>
    public required IReadOnlyList<string> Unreadable { get; init; }

    /// <summary>The worst of the domains' states; bad when some point cannot be read.</summary>
    public Health Health => Unreadable.Count > 0
        ? Health.Bad
        : Domains.Select(domain => domain.Health).DefaultIfEmpty(Health.Good).Max();
}
