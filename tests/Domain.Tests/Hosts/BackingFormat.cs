namespace LibvirtBackup.Domain.Tests.Hosts;

/// <summary>Images as older QEMU made them, that do not say what format the one behind has.</summary>
internal static class BackingFormat
{
    /// <summary>Gives the header extension that has it (0xE2792ACA) a number that QEMU passes over.</summary>
    internal static void Forget(string path)
    {
        using var file = File.Open(path, FileMode.Open);
        var header = new byte[4096];
        file.ReadExactly(header);
        file.Position = header.AsSpan().IndexOf<byte>([0xE2, 0x79, 0x2A, 0xCA]);
        file.Write([0x4C, 0x56, 0x42, 0x00]);
    }
}
