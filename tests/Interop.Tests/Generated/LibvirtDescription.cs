using System.Xml.Linq;
using LibvirtBackup.Generator.Description;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Generated;

/// <summary>
/// Finds libvirt's API descriptions: the newest one, from which the bindings are made, and the host's own.
/// eng/Generator/fetch-description.sh fetches the former; eng/test.sh calls it and sets LIBVIRT_API_DIR, and then a
/// folder that is missing is a failure and no reason to skip.
/// </summary>
internal static class LibvirtDescription
{
    private const string HostFolder = "/usr/share/libvirt/api";

    private static readonly string[] s_files = ["libvirt-api.xml", "libvirt-qemu-api.xml"];

    /// <summary>The folder with the newest description; skips the test where it was not fetched.</summary>
    public static string NewestFolder()
    {
        string? named = Environment.GetEnvironmentVariable("LIBVIRT_API_DIR");
        string folder = named ?? Path.Combine(CacheFolder(), "libvirt-backup", "libvirt-api");
        if (!File.Exists(Path.Combine(folder, "VERSION")))
        {
            Assert.True(named is null, $"LIBVIRT_API_DIR names {folder}, which holds no description");
            Assert.Skip("libvirt's newest API description is not here: run eng/Generator/fetch-description.sh");
        }

        return folder;
    }

    /// <summary>The folder with the host's description; skips the test where there is none.</summary>
    public static string HostsFolder()
    {
        if (!File.Exists(Path.Combine(HostFolder, "libvirt-api.xml")))
            Assert.Skip("libvirt's API description is not installed (package libvirt-dev)");
        return HostFolder;
    }

    public static ApiDescription Newest() => ApiDescription.Load(NewestFolder());

    /// <summary>
    /// The symbols of both files of a folder, read without the generator's reader. Those younger than the bindings
    /// are left out: a description that moved on is no fault of the code under test.
    /// </summary>
    public static IReadOnlyList<XElement> Symbols(string folder) =>
    [
        .. s_files.Select(file => XDocument.Load(Path.Combine(folder, file)))
            .SelectMany(document => document.Root!.Element("symbols")!.Elements())
            .Where(symbol => Version.Parse((string)symbol.Attribute("version")!) <= BoundSymbols.Version),
    ];

    private static string CacheFolder() =>
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache
            ? cache
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
}
