namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>How much of a pack is needed.</summary>
/// <param name="length">The pack's length in bytes.</param>
internal sealed class PackUse(int length)
{
    internal int Length { get; } = length;

    /// <summary>Bytes that are needed here, rows of the table included.</summary>
    internal long NeededBytes { get; set; }

    /// <summary>True when it holds anything that is needed, though perhaps another pack has it too.</summary>
    internal bool HasNeeded { get; set; }

    /// <summary>Less than half of it is needed: worth to be written anew.</summary>
    internal bool IsSparse => HasNeeded && NeededBytes < Length / 2;
}
