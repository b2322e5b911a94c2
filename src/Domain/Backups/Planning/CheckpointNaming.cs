using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;

namespace LibvirtBackup.Backups.Planning;

/// <summary>
/// Names of our checkpoints: <c>lvb.REPOSITORY.TRACK.GENERATION.SEQUENCE.MARK</c>. All other names are other people's.
/// </summary>
/// <param name="RepositoryId">The repository of the point.</param>
/// <param name="Track">Its track.</param>
/// <param name="Generation">Its generation.</param>
/// <param name="Sequence">Its sequence.</param>
/// <param name="Mark">
/// Random digits, new for each run: a bitmap has nothing but its name, and domains that share images one after the
/// other, or a repository that went back to an older copy, would give the same name twice.
/// </param>
internal sealed record CheckpointNaming(
    string RepositoryId, string Track, int Generation, int Sequence, string Mark)
{
    /// <summary>What a checkpoint tells people who list it.</summary>
    internal const string Description = "lvbackup: delete it only through lvbackup, later backups start from it";

    private const string Prefix = "lvb";

    /// <summary>Leaves room for the other parts in libvirt's practical limit of 247 bytes.</summary>
    private const int LongestTrack = 64;

    private const int MarkLength = 6;

    public override string ToString() =>
        $"{Prefix}.{RepositoryId}.{Track}.{Generation}.{Sequence}.{Mark}";

    internal static string NewMark() => RandomNumberGenerator.GetHexString(MarkLength, lowercase: true);

    internal static bool TryParse(string name, [NotNullWhen(true)] out CheckpointNaming? parts)
    {
        parts = name.Split('.') is [Prefix, var repository, var track, var generation, var sequence, var mark]
            && mark.Length == MarkLength
            && mark.All(char.IsAsciiHexDigitLower)
            && int.TryParse(generation, NumberStyles.None, CultureInfo.InvariantCulture, out var g)
            && int.TryParse(sequence, NumberStyles.None, CultureInfo.InvariantCulture, out var s)
                ? new CheckpointNaming(repository, track, g, s, mark)
                : null;
        return parts is not null;
    }

    /// <exception cref="BackupException">The track's name cannot be part of a checkpoint's.</exception>
    internal static void ValidateTrack(string track)
    {
        if (track.Length is 0 or > LongestTrack || !track.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
            throw new BackupException(
                FailureKind.Usage,
                $"'{track}' is no track name; use 1 to {LongestTrack} letters, digits, '_' or '-'");
    }
}
