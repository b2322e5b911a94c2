using LibvirtBackup.Policies.Planning;

namespace LibvirtBackup.Policies.Running;

/// <summary>
/// A track of a domain belongs to one policy: with two retentions on it, each would remove what the other promised.
/// </summary>
internal sealed class DomainClaims
{
    private readonly Dictionary<(string Repository, string Track, Guid Domain), string> _owners = [];

    /// <summary>Claims a policy's domains; those that an earlier policy has are refused.</summary>
    internal PolicyHistory Claim(Policy policy, PolicyHistory history) => history with
    {
        Domains = [.. history.Domains.Select(domain => Claim(policy, domain))],
    };

    private PolicyDomain Claim(Policy policy, PolicyDomain domain)
    {
        var key = (Path.GetFullPath(policy.Repository.Directory), policy.Backup.Track, domain.Uuid);
        if (_owners.TryAdd(key, policy.Name) || _owners[key] == policy.Name) return domain;
        return domain with
        {
            Refusal = $"policy '{_owners[key]}' keeps track '{policy.Backup.Track}' of domain '{domain.Name}' in the "
                + $"same repository; give '{policy.Name}' another track, or except the domain",
        };
    }
}
