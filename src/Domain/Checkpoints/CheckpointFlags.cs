using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.Checkpoints;

/// <summary>libvirt's flags for our options.</summary>
internal static class CheckpointFlags
{
    /// <summary>Never libvirt's own size (docs/lab.md says why): see <see cref="SizedCheckpointXml"/>.</summary>
    internal static VirDomainCheckpointXMLFlags Of(CheckpointXmlParts parts)
    {
        var flags = VirDomainCheckpointXMLFlags.None;
        if (parts.SecurityInfo) flags |= VirDomainCheckpointXMLFlags.Secure;
        if (parts.NoDomain) flags |= VirDomainCheckpointXMLFlags.NoDomain;
        return flags;
    }

    internal static VirDomainCheckpointCreateFlags Of(CheckpointCreation creation)
    {
        var flags = VirDomainCheckpointCreateFlags.None;
        if (creation.Redefine) flags |= VirDomainCheckpointCreateFlags.Redefine;
        if (creation.Validate) flags |= VirDomainCheckpointCreateFlags.RedefineValidate;
        if (creation.Quiesce) flags |= VirDomainCheckpointCreateFlags.Quiesce;
        return flags;
    }

    internal static VirDomainCheckpointDeleteFlags Of(CheckpointDeletion deletion)
    {
        var flags = VirDomainCheckpointDeleteFlags.None;
        if (deletion.Children) flags |= VirDomainCheckpointDeleteFlags.Children;
        if (deletion.ChildrenOnly) flags |= VirDomainCheckpointDeleteFlags.ChildrenOnly;
        if (deletion.MetadataOnly) flags |= VirDomainCheckpointDeleteFlags.MetadataOnly;
        return flags;
    }

    // "Roots" and "Descendants" are the same bit: the first for a domain's list, the second for the list below a
    // checkpoint.
    internal static VirDomainCheckpointListFlags Of(CheckpointFilter filter)
    {
        var flags = VirDomainCheckpointListFlags.None;
        if (filter.From is null && filter.Roots) flags |= VirDomainCheckpointListFlags.Roots;
        if (filter.From is not null && filter.Descendants) flags |= VirDomainCheckpointListFlags.Descendants;
        if (filter.Leaves) flags |= VirDomainCheckpointListFlags.Leaves;
        if (filter.NoLeaves) flags |= VirDomainCheckpointListFlags.NoLeaves;
        if (filter.Topological) flags |= VirDomainCheckpointListFlags.Topological;
        return flags;
    }
}
