using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using LibvirtBackup.Interop.Hashing;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Hashing;

public sealed class Sha256BatchTests
{
    private readonly byte[] _data = RandomNumberGenerator.GetBytes(300_000);

    public static TheoryData<int> KeyLengths => [-1, 0, 1, 32, 63, 64];

    /// <summary>Every way in which an input can end within a block, alone and together with others.</summary>
    [Theory]
    [MemberData(nameof(KeyLengths))]
    public void The_hashes_are_the_framework_s_for_every_length_and_number(int keyLength)
    {
        byte[]? key = keyLength < 0 ? null : RandomNumberGenerator.GetBytes(keyLength);
        for (int length = 0; length <= 260; length++)
            for (int count = 0; count <= 9; count++)
                Compare(key, length, [.. Enumerable.Range(0, count).Select(i => i * 1000)]);
        Compare(key, 65536, [0, 65536, 131072, 196608]);
    }

    [Fact]
    public void One_input_has_the_framework_s_hash_for_every_length()
    {
        Span<byte> hash = stackalloc byte[Sha256Batch.HashLength + 1];
        for (int length = 0; length <= 1000; length++)
        {
            Sha256Batch.HashOne(_data.AsSpan(length, length), hash);
            Assert.Equal(SHA256.HashData(_data.AsSpan(length, length)), hash[..^1]);
        }

        Assert.Equal(0, hash[^1]);
    }

    [Fact]
    public void Parts_may_lie_anywhere_and_overlap() =>
        Prop.ForAll(
            Gen.Choose(0, 5000).SelectMany(
                length => Gen.Choose(0, _data.Length - length).ListOf().Select(offsets => (length, offsets)))
                .ToArbitrary(),
            part => Compare(null, part.length, [.. part.offsets]))
            .QuickCheckThrowOnFailure();

    [Fact]
    public void The_instructions_are_used_where_the_processor_has_them()
    {
        bool has = File.ReadLines("/proc/cpuinfo").Any(line => line.Split(' ').Contains("sha_ni"));
        Assert.Equal(has, Sha256Batch.IsAccelerated);
    }

    [Theory]
    [InlineData(10, 91)]
    [InlineData(10, -1)]
    [InlineData(101, 0)]
    [InlineData(int.MaxValue, int.MaxValue)]
    public void A_part_outside_the_data_is_refused(int length, int offset) =>
        Assert.Throws<ArgumentException>(
            () => new Sha256Batch(null).Hash(new byte[100], length, [0, offset], new byte[64]));

    [Fact]
    public void Nonsense_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new Sha256Batch(new byte[65]));
        Assert.Throws<ArgumentException>(() => Sha256Batch.HashOne(new byte[100], new byte[31]));
        Assert.Throws<ArgumentException>(() => new Sha256Batch(null).Hash(new byte[100], 10, [0, 10], new byte[63]));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => new Sha256Batch(null).Hash(new byte[100], -1, [0, 10], new byte[64]));
    }

    private void Compare(byte[]? key, int length, int[] offsets)
    {
        byte[] hashes = new byte[offsets.Length * Sha256Batch.HashLength];
        new Sha256Batch(key).Hash(_data, length, offsets, hashes);
        for (int i = 0; i < offsets.Length; i++)
        {
            var part = _data.AsSpan(offsets[i], length);
            byte[] expected = key is null ? SHA256.HashData(part) : HMACSHA256.HashData(key, part);
            Assert.Equal(expected, hashes.AsSpan(i * Sha256Batch.HashLength, Sha256Batch.HashLength));
        }
    }
}
