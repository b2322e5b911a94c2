namespace LibvirtBackup.Interop.Libvirt;

/// <summary>Statistics of one domain out of a bulk query.</summary>
/// <param name="Domain">The domain.</param>
/// <param name="Parameters">Fields such as <c>state.state</c> and <c>block.0.rd.bytes</c>.</param>
public sealed record DomainStats(DomainIdentity Domain, TypedParameterList Parameters)
{
    /// <summary>Copies a record and gives up its reference to the domain.</summary>
    internal static DomainStats Take(VirDomainStatsRecord record)
    {
        using DomainHandle domain = record.Dom;
        return new DomainStats(
            new DomainIdentity(
                LibvirtFunctions.virDomainGetName(domain), LibvirtFunctions.virDomainGetUUID(domain)),
            record.Params);
    }
}
