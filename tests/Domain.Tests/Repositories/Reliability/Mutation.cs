namespace LibvirtBackup.Domain.Tests.Repositories.Reliability;

/// <summary>Small damage, and damage that a malicious hand would do: lengths and counts of any size.</summary>
internal static class Mutation
{
    private static readonly uint[] s_numbers = [0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffff0, 0x10000000];

    /// <summary>A changed copy; perhaps of another length.</summary>
    internal static byte[] Of(byte[] content, Random random)
    {
        var changed = (byte[])content.Clone();
        for (var times = random.Next(1, 4); times > 0 && changed.Length > 8; times--)
        {
            var at = random.Next(changed.Length);
            switch (random.Next(6))
            {
                case 0:
                    changed[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    changed[at] = (byte)random.Next(256);
                    break;
                case 2:
                    changed = changed[..at];
                    break;
                case 3:
                    changed = [.. changed[..at], .. changed[random.Next(changed.Length)..]];
                    break;
                case 4:
                    BitConverter.TryWriteBytes(
                        changed.AsSpan(Math.Min(at, changed.Length - 4)), s_numbers[random.Next(s_numbers.Length)]);
                    break;
                default:
                    // Digits into other digits: JSON stays JSON.
                    for (var i = at; i < changed.Length; i++)
                        if (changed[i] is >= (byte)'0' and <= (byte)'9')
                        {
                            changed[i] = (byte)('0' + random.Next(10));
                            break;
                        }

                    break;
            }
        }

        return changed;
    }
}
