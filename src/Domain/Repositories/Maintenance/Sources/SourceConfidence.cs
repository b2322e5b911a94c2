namespace LibvirtBackup.Repositories.Maintenance.Sources;

/// <summary>
/// What a comparison that found nothing says of changes that no bitmap reported: with <see cref="Probability"/>, fewer
/// than <see cref="RateBelow"/> of the chunks are different.
/// </summary>
/// <param name="SampledChunks">Chunks that were compared, chosen at random.</param>
/// <param name="OutsideChunks">Chunks with data that no bitmap says were written; holes are all compared.</param>
/// <param name="RateBelow">The rate, from 0 to 1; 1 / OutsideChunks where all were compared.</param>
/// <param name="Probability">The probability; 1 where all were compared.</param>
internal sealed record SourceConfidence(long SampledChunks, long OutsideChunks, double RateBelow, double Probability)
{
    internal static SourceConfidence Of(ComparedDisk disk) => new(
        disk.SampledChunks,
        disk.OutsideChunks,
        disk.OutsideChunks == 0 ? 0 : SampleConfidence.RateBelow(disk.OutsideChunks, disk.SampledChunks),
        disk.SampledChunks == disk.OutsideChunks ? 1 : SampleConfidence.Probability);
}
