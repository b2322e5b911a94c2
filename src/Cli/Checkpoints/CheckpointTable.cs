using LibvirtBackup.Checkpoints;
using LibvirtBackup.Cli.Output;

namespace LibvirtBackup.Cli.Checkpoints;

/// <summary>The list of checkpoints as virsh lays it out: scripts read it by columns.</summary>
internal static class CheckpointTable
{
    /// <summary>Writes the table, without the empty line that virsh adds.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="checkpoints">In their order.</param>
    /// <param name="parents">True to add the parents.</param>
    /// <param name="heading">False to write the rows only.</param>
    /// <param name="zone">The zone of the times.</param>
    internal static void Write(TextWriter output, IReadOnlyList<CheckpointSummary> checkpoints, bool parents,
        bool heading, TimeZoneInfo zone)
    {
        string[] titles = parents ? ["Name", "Creation Time", "Parent"] : ["Name", "Creation Time"];
        TextTable.Write(output, titles, [.. checkpoints.Select(c => Row(c, parents, zone))], heading);
    }

    private static string[] Row(CheckpointSummary checkpoint, bool parents, TimeZoneInfo zone)
    {
        var time = TimeText.Format(checkpoint.CreationTime, zone);
        return parents ? [checkpoint.Name, time, checkpoint.Parent ?? ""] : [checkpoint.Name, time];
    }
}
