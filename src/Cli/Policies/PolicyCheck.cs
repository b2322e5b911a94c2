using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Json;

namespace LibvirtBackup.Cli.Policies;

/// <summary><c>policy check</c>.</summary>
internal static class PolicyCheck
{
    /// <summary>Shows what is wrong with policy files.</summary>
    internal static int Run(CommandContext context, PolicyFiles files)
    {
        if (context.Settings.Json)
            context.PrintJson(PolicyCheckDocument.Of(files), CliJson.Documents.PolicyCheckDocument);
        else
            Print(context, files);
        return files.HasProblems ? ExitCode.Usage : ExitCode.Done;
    }

    private static void Print(CommandContext context, PolicyFiles files)
    {
        foreach (var reading in files.Readings)
        {
            foreach (var problem in reading.Problems)
                context.Print(PolicyFiles.Describe(reading.File, problem));
            foreach (var warning in reading.Warnings)
                context.Warn(PolicyFiles.Describe(reading.File, warning));
            if (reading.Policy is { } policy)
                context.Note($"{reading.File}: policy '{policy.Name}' is good");
        }
    }
}
