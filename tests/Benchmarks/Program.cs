using System.Globalization;
using LibvirtBackup.Benchmarks;

switch (args)
{
    case ["disk", var path, var mebibytes]:
        ReferenceDisk.Write(path, int.Parse(mebibytes, CultureInfo.InvariantCulture));
        return 0;
    case ["points", var directory, var count]:
        await ManyPoints.WriteAsync(directory, int.Parse(count, CultureInfo.InvariantCulture));
        return 0;
    case ["delta", var directory, var gibibytes, var changed, var run]:
        await TwoPoints.WriteAsync(
            directory, int.Parse(gibibytes, CultureInfo.InvariantCulture),
            int.Parse(changed, CultureInfo.InvariantCulture), int.Parse(run, CultureInfo.InvariantCulture));
        return 0;
    default:
        await Console.Error.WriteLineAsync(
            "usage: disk FILE MEBIBYTES | points DIRECTORY COUNT | delta DIRECTORY GIBIBYTES CHANGED RUN");
        return 2;
}
