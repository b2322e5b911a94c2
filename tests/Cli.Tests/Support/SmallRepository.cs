using System.Security.Cryptography;
using System.Text;

namespace LibvirtBackup.Cli.Tests.Support;

/// <summary>A repository in a directory of its own, with points written by hand: their disks are all holes.</summary>
internal sealed class SmallRepository : IDisposable
{
    internal const string Full = "20260102T030405Z-aaaa";
    internal const string Incremental = "20260103T030405Z-bbbb";

    /// <summary>Where it is.</summary>
    internal string Path { get; } = Directory.CreateTempSubdirectory("lvb-cli-repo-").FullName;

    /// <summary>Makes it, through the program.</summary>
    internal async Task InitAsync()
    {
        var result = await CliHost.RunAsync("init", "--repo", Path);
        Assert.Equal((0, ""), (result.ExitCode, result.Out));
    }

    /// <summary>Writes the two points.</summary>
    internal void AddPoints()
    {
        AddPoint(Full, "web", "Full", 1, null, 2);
        AddPoint(Incremental, "db", "Incremental", 2, Full, 3);
    }

    /// <summary>Writes points of 'web', one a day from January 2nd on; each disk is a MiB larger than the one before.
    /// </summary>
    /// <returns>Their ids, oldest first.</returns>
    internal IReadOnlyList<string> AddDays(int count, string? root = null)
    {
        var ids = Enumerable.Range(1, count).Select(i => $"2026010{i + 1}T030405Z-{i:0000}").ToList();
        for (var i = 1; i <= count; i++)
            AddPoint(ids[i - 1], "web", "Full", i, null, i + 1, i << 20, root ?? (i % 2 == 0 ? "zero" : "hole"));
        return ids;
    }

    /// <summary>Writes a document with its hash.</summary>
    internal void AddDocument(string key, string body)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)));
        var file = System.IO.Path.Combine(Path, key);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
        File.WriteAllText(file, $$"""{"sha256":"{{hash}}","body":{{body}}}""");
    }

    /// <summary>Runs a line on it.</summary>
    internal Task<CliResult> RunAsync(params string[] args) => CliHost.RunAsync(
        new Dictionary<string, string> { ["LVBACKUP_REPO"] = Path, ["LIBVIRT_DEFAULT_URI"] = "test:///default" }, args);

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private void AddPoint(
        string id, string domain, string level, int sequence, string? parent, int day, int size = 1 << 20,
        string root = "hole")
    {
        var point = $$"""
            {"id":"{{id}}","repositoryId":"0123abcd","domain":"{{domain}}",
            "domainUuid":"6695eb01-f6a4-8304-79aa-97f2502e193f","track":"default",
            "generation":1,"sequence":{{sequence}},"level":"{{level}}","reason":null,
            "time":"2026-01-{{day:00}}T03:04:05+00:00",
            "parent":{{(parent is null ? "null" : $"\"{parent}\"")}},
            "checkpoint":"lvb.0123abcd.default.1.{{sequence}}.00ff9a",
            "quiesced":false,"domainXml":"<domain type='qemu'/>","warnings":["vdb is left out: it is read-only"],
            "disks":[{"name":"vda","virtualSizeBytes":{{size}},"format":"qcow2","level":"{{level}}","reason":null,
            "root":"{{root}}","dirtyMap":null,"readBytes":0,"dirtyBytes":65536,"storedBytes":512}],
            "madeBy":"lvbackup 0.1.0, libvirt 9.0.0, QEMU 7.2.22"}
            """;
        AddDocument($"points/{id}.json", point);
    }
}
