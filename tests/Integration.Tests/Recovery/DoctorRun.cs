using System.Text.Json;
using LibvirtBackup.Integration.Tests.MainJob;

namespace LibvirtBackup.Integration.Tests.Recovery;

/// <summary>What a run of <c>lvbackup doctor</c> on the scene's guest said.</summary>
internal sealed record DoctorRun(int ExitCode, IReadOnlyList<JsonElement> Findings)
{
    internal static async Task<DoctorRun> StartAsync(BackupScene scene, params string[] options)
    {
        using var process = LvbackupProcess.Start(scene, ["doctor", scene.Guest.Name, .. options]);
        var (exitCode, output, error) = await process.EndAsync();
        if (output.Length == 0) throw new InvalidOperationException($"doctor ended with {exitCode}: {error}");
        var domains = JsonDocument.Parse(output).RootElement.GetProperty("domains");
        return new DoctorRun(exitCode, [.. domains[0].GetProperty("findings").EnumerateArray()]);
    }

    internal IEnumerable<string?> States => Findings.Select(finding => finding.GetProperty("state").GetString());

    internal string? StateOf(string checkpoint, string disk) =>
        Find(checkpoint, disk)?.GetProperty("state").GetString();

    internal bool IsRepaired(string checkpoint, string disk) =>
        Find(checkpoint, disk)?.GetProperty("repaired").GetBoolean() ?? false;

    private JsonElement? Find(string checkpoint, string disk)
    {
        var found = Findings.Where(finding =>
            finding.GetProperty("checkpoint").GetString() == checkpoint
            && finding.GetProperty("disk").GetString() == disk).ToList();
        return found.Count == 0 ? null : found.Single();
    }
}
