using System.Security.Cryptography;
using System.Text;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Policies.Planning;

namespace LibvirtBackup.Policies.Running;

/// <summary>Finds the domains of a host that a policy selects.</summary>
internal static class SelectedDomains
{
    /// <summary>Asks a host.</summary>
    /// <returns>By name; also those that the policy names and the host does not have, which are refused.</returns>
    internal static async Task<IReadOnlyList<PolicyDomain>> FindAsync(
        LibvirtConnection connection, DomainSelection selection, CancellationToken cancellationToken)
    {
        var all = await connection.ListDomainsAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        try
        {
            var selected = new List<PolicyDomain>();
            foreach (var domain in all)
            {
                var tags = selection.Tags.Count == 0 ? []
                    : await DomainTags.ReadAsync(domain, cancellationToken).ConfigureAwait(false);
                if (selection.Selects(domain.Name, tags)) selected.Add(new PolicyDomain(domain.Name, domain.Uuid));
            }

            var missing = selection.Names.Distinct(StringComparer.Ordinal)
                .Except(all.Select(domain => domain.Name), StringComparer.Ordinal).Select(Missing);
            return [.. selected.Concat(missing).OrderBy(domain => domain.Name, StringComparer.Ordinal)];
        }
        finally
        {
            foreach (var domain in all) domain.Dispose();
        }
    }

    /// <summary>Its attempts are noted like those of others, so that it is not told again at each run.</summary>
    private static PolicyDomain Missing(string name) => new(
        name, new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16)),
        $"no domain '{name}' on this host; define it, or correct 'domains' of the policy");
}
