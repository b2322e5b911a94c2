namespace LibvirtBackup.Benchmarks;

/// <summary>
/// The disk that times are quoted for, as a sparse raw file: of every eight stripes three are random bytes, three are
/// text-like and two were never written. Always the same bytes for the same size.
/// </summary>
internal static class ReferenceDisk
{
    private const int MaximumStripeBytes = 64 * Units.MiB;

    private static ReadOnlySpan<char> Pattern => "RTRT.RT.";

    internal static void Write(string path, int mebibytes)
    {
        var size = (long)mebibytes * Units.MiB;
        // A small disk for trying has all eight kinds of stripes too.
        var stripe = (int)Math.Min(MaximumStripeBytes, size / Pattern.Length);
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        RandomAccess.SetLength(file, size);
        var buffer = new byte[stripe];
        for (var i = 0; i < size / stripe; i++)
        {
            var random = new Random(i);
            switch (Pattern[i % Pattern.Length])
            {
                case 'R':
                    random.NextBytes(buffer);
                    break;
                case 'T':
                    TextLike.Fill(buffer, random);
                    break;
                default:
                    continue;
            }

            RandomAccess.Write(file, buffer, (long)i * stripe);
        }
    }
}
