using LibvirtBackup.Backups.Copying;

namespace LibvirtBackup.Imports;

/// <summary>A disk as its source has it.</summary>
/// <param name="Name">The target name.</param>
/// <param name="Format">The format that the domain's image had.</param>
/// <param name="VirtualSizeBytes">Its size.</param>
/// <param name="TellsChanges">
/// True when the source knows what has changed since its point before: the rest is taken over from there.
/// </param>
/// <param name="ReadAsync">Opens it for as long as the function that it is given runs.</param>
internal sealed record SourceDisk(
    string Name, string Format, long VirtualSizeBytes, bool TellsChanges,
    Func<Func<IDiskSource, Task>, CancellationToken, Task> ReadAsync);
