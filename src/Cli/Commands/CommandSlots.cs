using LibvirtBackup.Cli.Completion;

namespace LibvirtBackup.Cli.Commands;

/// <summary>The values that many virsh-like commands take.</summary>
internal static class CommandSlots
{
    /// <summary>A domain.</summary>
    internal static Slot Domain() => new("domain", "--domain", "the domain: name, UUID or id", required: true)
    {
        Kind = ValueKind.Domain,
    };

    /// <summary>A checkpoint of the domain.</summary>
    internal static Slot Checkpoint() =>
        new("checkpoint", "--checkpointname", "the checkpoint's name", required: true)
        {
            Kind = ValueKind.Checkpoint,
        };
}
