namespace LibvirtBackup.Integration.Tests.Lab;

/// <summary>What a disk must hold after the writes that a test told it of; a new disk is all zero.</summary>
internal sealed class ExpectedDisk(long size)
{
    private readonly byte[] _content = new byte[size];

    public void WritePattern(long offset, long length, int seed) =>
        SectorPattern.Fill(_content.AsSpan(checked((int)offset), checked((int)length)), offset, seed);

    public void Fill(long offset, long length, byte value) =>
        _content.AsSpan(checked((int)offset), checked((int)length)).Fill(value);

    public void Zero(long offset, long length) =>
        _content.AsSpan(checked((int)offset), checked((int)length)).Clear();

    /// <summary>Writes the content as a raw image.</summary>
    public async Task<string> SaveAsync(string path, CancellationToken cancellationToken)
    {
        await File.WriteAllBytesAsync(path, _content, cancellationToken);
        return path;
    }
}
