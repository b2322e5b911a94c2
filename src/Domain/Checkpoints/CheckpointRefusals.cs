using LibvirtBackup.Hosts;
using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.Checkpoints;

/// <summary>
/// Says on what libvirt refused and, for refusals that users meet often, what to do next. Decided by code, never by
/// text; the text is libvirt's, unchanged.
/// </summary>
internal static class CheckpointRefusals
{
    /// <summary>Explains why a checkpoint could not be made.</summary>
    internal static BackupException OfCreation(LibvirtException e, string domain, CheckpointCreation creation)
    {
        var next = e.Code switch
        {
            VirErrorNumber.OperationUnsupported or VirErrorNumber.OperationInvalid =>
                "only a running domain can be given a checkpoint, start it first",
            VirErrorNumber.ConfigUnsupported =>
                "name the disks that can record (qcow2) with 'checkpoint-create-as --diskspec', leave out the others",
            VirErrorNumber.CheckpointInconsistent => "the record of changes is lost, make a full backup",
            VirErrorNumber.InvalidArg when creation.Quiesce =>
                "this host cannot freeze the guest here, leave out --quiesce or take a 'backup --quiesce try'",
            VirErrorNumber.InvalidArg when creation.Validate =>
                "this host cannot validate, leave out --redefine-validate",
            _ => null,
        };
        var refusal = HostRefusal.Of(e, $"domain '{domain}' was not given a checkpoint", next);
        return e.Code == VirErrorNumber.InvalidArg && (creation.Quiesce || creation.Validate)
            ? new BackupException(FailureKind.NotSupported, refusal.Message, e)
            : refusal;
    }

    /// <summary>Explains why a checkpoint could not be deleted.</summary>
    internal static BackupException OfDeletion(
        LibvirtException e, string domain, string checkpoint, CheckpointDeletion deletion)
    {
        var next = e.Code switch
        {
            _ when deletion.MetadataOnly => null,
            VirErrorNumber.OperationUnsupported or VirErrorNumber.OperationInvalid =>
                "start the domain first, or use --metadata, which leaves the bitmaps on the disks",

            // libvirt 9.0 to 11.3: a bitmap that never reached the disk (QEMU was killed) fails the whole deletion.
            VirErrorNumber.InternalError => "when its bitmap is gone, --metadata removes what libvirt still has of it",
            _ => null,
        };
        return HostRefusal.Of(e, $"checkpoint '{checkpoint}' of domain '{domain}' was not deleted", next);
    }
}
