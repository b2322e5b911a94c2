namespace LibvirtBackup.Benchmarks;

/// <summary>
/// Bytes that compress like prose and logs: made-up words, of which the n-th is 1/n as frequent as the first (Zipf).
/// </summary>
internal static class TextLike
{
    private const int Words = 4096;

    private static readonly byte[][] s_words = MakeWords();

    /// <summary>A word per equal share of chance.</summary>
    private static readonly short[] s_ranks =
        [.. Enumerable.Range(0, 1 << 16).Select(i => (short)(Math.Pow(Words, i / (double)(1 << 16)) - 1))];

    internal static void Fill(Span<byte> target, Random random)
    {
        while (target.Length > 0)
        {
            var word = s_words[s_ranks[random.Next(s_ranks.Length)]];
            var length = Math.Min(word.Length, target.Length);
            word.AsSpan(0, length).CopyTo(target);
            target = target[length..];
        }
    }

    private static byte[][] MakeWords()
    {
        var random = new Random(Words);
        var words = new byte[Words][];
        for (var i = 0; i < Words; i++)
        {
            words[i] = new byte[random.Next(3, 10)];
            foreach (ref var letter in words[i].AsSpan()) letter = (byte)('a' + random.Next(26));
            words[i][^1] = (byte)(i % 12 == 0 ? '\n' : ' ');
        }

        return words;
    }
}
