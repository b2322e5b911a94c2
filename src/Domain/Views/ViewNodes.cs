namespace LibvirtBackup.Views;

/// <summary>What is called how in QEMU, for one disk of a view. A node's name has at most 31 bytes.</summary>
/// <param name="Id">The view's id.</param>
/// <param name="Disk">The disk's place in the view.</param>
internal readonly record struct ViewNodes(string Id, int Disk)
{
    /// <summary>What the ids of all our jobs and exports begin with.</summary>
    internal const string Mark = "lvb-";

    /// <summary>The disk of the instant, where views can be dropped.</summary>
    internal string Access => PrefixOf(Id) + Disk;

    internal string Job => Access;

    internal string Filter => $"{Access}-cbw";

    internal string Scratch => $"{Access}-scratch";

    internal string Limit => $"{Access}-limit";

    internal string File => $"{Access}-file";

    internal string Probe => $"{Access}-probe";

    internal string ProbeTarget => $"{Access}-null";

    internal static string PrefixOf(string id) => $"{Mark}{id}-";
}
