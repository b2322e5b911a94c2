using System.Text.Json;
using LibvirtBackup.Cli.Json;
using LibvirtBackup.Cli.Recovery;
using LibvirtBackup.Cli.Tests.Support;
using LibvirtBackup.Recovery;

namespace LibvirtBackup.Cli.Tests.Recovery;

public sealed class DoctorDocumentTests
{
    [Fact]
    public void The_document_of_an_examination_has_the_fields_that_scripts_use()
    {
        var report = new DoctorReport(
            [
                new ExaminedDomain(
                    "web",
                    [
                        Finding("healthy", "nothing", isRepaired: false, isProblem: false),
                        Finding("metadata-lost", "adopt", isRepaired: true, isProblem: false),
                        Finding("shrunk", "wait-for-start", isRepaired: false, isProblem: true),
                    ]),
                new ExaminedDomain("idle", []),
            ],
            ["domain 'busy' was not examined: it is being backed up"])
        {
            Findings =
            [
                Finding("left-over-files", "remove-files", isRepaired: true, isProblem: false) with
                {
                    Checkpoint = null,
                    Disk = null,
                },
            ],
        };

        var json = JsonSerializer.Serialize(DoctorDocument.Of(report), CliJson.Documents.DoctorDocument);

        Golden.Equal("json/doctor.json", json + "\n");
    }

    private static DoctorFinding Finding(string state, string repair, bool isRepaired, bool isProblem) => new()
    {
        State = state,
        Checkpoint = "lvb.0123abcd.default.1.1.00ff9a",
        Disk = "vda",
        Message = "why",
        Repair = repair,
        Repaired = isRepaired,
        IsProblem = isProblem,
    };
}
