using System.Security.Cryptography;
using System.Text;
using LibvirtBackup.Interop.Posix;
using LibvirtBackup.Interop.Xml;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Backups.Planning;

/// <summary>The images of a disk.</summary>
internal static class DiskLayers
{
    /// <summary>The top image and those below it; none where the definition does not say what it is.</summary>
    internal static IReadOnlyList<DiskLayer> Of(DomainDisk disk)
    {
        var layers = new List<DiskLayer>();
        foreach (var source in disk.BackingChain.Select(layer => layer.Source).Prepend(disk.Source))
        {
            if (Describe(source) is not { } text) break;
            layers.Add(new DiskLayer(text, source is FileDiskSource file ? Identify(disk, file.Path) : null));
        }

        return layers;
    }

    /// <summary>A layer in few characters.</summary>
    internal static string Fingerprint(DiskLayer layer) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{layer.Source}\n{layer.FileId}")))[..16];

    private static string? Describe(DiskSource? source) => source switch
    {
        FileDiskSource file => file.Path,
        BlockDiskSource block => block.Path,
        NetworkDiskSource network =>
            $"{network.Protocol}:{network.Name}@{string.Join(',', network.Hosts.Select(h => $"{h.Name}:{h.Port}"))}",
        VolumeDiskSource volume => $"{volume.Pool}/{volume.Volume}",
        _ => null,
    };

    /// <summary>Whether an image of this host is a layer that was noted.</summary>
    internal static bool IsSame(string path, DiskLayer layer) =>
        layer.FileId is null ? path == layer.Source : Identify(path) == layer.FileId;

    private static string? Identify(DomainDisk disk, string path) => disk.Elsewhere is { } files
        ? files.FirstOrDefault(file => file.Path == path) is { } known ? Write(known.Identity) : null
        : Identify(path);

    private static string Write(FileIdentity file) => $"{file.Number}:{file.BirthNanoseconds}";

    private static string? Identify(string path)
    {
        try
        {
            return PosixFile.GetIdentity(path) is { } file ? Write(file) : null;
        }
        catch (PosixException)
        {
            return null; // of a host elsewhere
        }
    }
}
