using System.Text;

namespace LibvirtBackup.Cli;

internal static class Program
{
    // Scripts probe '--version' often: it is answered before anything else of the program is loaded.
    private static Task<int> Main(string[] args)
    {
        if (args is not ["--version"])
            return CommandRunner.RunProcessAsync(args);

        using var stdout = Console.OpenStandardOutput();
        stdout.Write(Encoding.UTF8.GetBytes(ProgramVersion.Line));
        return Task.FromResult(ExitCode.Done);
    }
}
